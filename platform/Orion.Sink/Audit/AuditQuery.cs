namespace Orion.Sink.Audit;

/// <summary>Column that audit entries are listed by.</summary>
public enum AuditOrder
{
    /// <summary>Newest first.</summary>
    Newest,

    /// <summary>Oldest first.</summary>
    Oldest,

    /// <summary>Slowest first.</summary>
    Slowest,

    /// <summary>Quickest first.</summary>
    Quickest,
}

/// <summary>Which audit entries to list.</summary>
public sealed record AuditQuery
{
    /// <summary>Start of the time range.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>End of the time range (exclusive).</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Only this component.</summary>
    public string? Component { get; init; }

    /// <summary>Only this action.</summary>
    public string? Action { get; init; }

    /// <summary>Only this status.</summary>
    public string? Status { get; init; }

    /// <summary>Only this user's.</summary>
    public string? User { get; init; }

    /// <summary>At most this many, 1 to 1,000.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Entries to pass over.</summary>
    public int Offset { get; init; }

    /// <summary>Their order.</summary>
    public AuditOrder Order { get; init; }
}
