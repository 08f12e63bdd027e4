namespace Orion.Sink.Audit;

/// <summary>An audit entry could not be made durable, and is not waiting to be: what it tells of should not be done.</summary>
public sealed class AuditUnavailableException : Exception
{
    /// <summary>Whether it is the entry that the log does not take, now or later, and not the log that cannot be written.</summary>
    public bool IsOfEntry { get; init; }

    /// <summary>With a message.</summary>
    public AuditUnavailableException(string message) : base(message)
    {
    }

    /// <summary>With a message, and what was thrown.</summary>
    public AuditUnavailableException(string message, Exception inner) : base(message, inner)
    {
    }
}
