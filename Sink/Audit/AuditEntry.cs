namespace OrionPlatform.Sink;

/// <summary>
/// One act that somebody is answerable for (seed 002's <c>audit_log</c>). Mutable until it is handed over, so that it can be redacted.
/// </summary>
public sealed class AuditEntry
{
    /// <summary>Unique id; made when not given.</summary>
    public string Id { get; set; } = $"aud_{Guid.CreateVersion7():N}";

    /// <summary>When it was done; the time of handing over when not given.</summary>
    public DateTimeOffset? Time { get; set; }

    /// <summary>Component: <c>ops-panel</c>, <c>api</c>.</summary>
    public required string Component { get; set; }

    /// <summary>What was done: <c>allocation.requested</c>.</summary>
    public required string Action { get; set; }

    /// <summary><c>success</c>, <c>error</c>, <c>timeout</c> or <c>cancelled</c>.</summary>
    public string Status { get; set; } = "success";

    /// <summary>Who did it: an opaque id.</summary>
    public string? User { get; set; }

    /// <summary>The tenant it concerns.</summary>
    public string? Tenant { get; set; }

    /// <summary>Session it was done in.</summary>
    public string? Session { get; set; }

    /// <summary>Correlation id of the request it was done by.</summary>
    public string? CorrelationId { get; set; }

    /// <summary>Trace it was done in, 32 hex digits.</summary>
    public string? TraceId { get; set; }

    /// <summary>What it was done with, a JSON object.</summary>
    public string? Parameters { get; set; }

    /// <summary>What came of it, a JSON object.</summary>
    public string? Result { get; set; }

    /// <summary>Stable code, when it failed.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>One sentence, when it failed.</summary>
    public string? ErrorMessage { get; set; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; set; }

    /// <summary>
    /// More about it, a JSON object: what was before and is now (<c>status_from</c> and <c>status_to</c>), why, and of what.
    /// </summary>
    public string? Metadata { get; set; }
}

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

/// <summary>An audit entry could not be made durable, and is not waiting to be: what it tells of should not be done.</summary>
public sealed class AuditUnavailableException : Exception
{
    /// <summary>With a message.</summary>
    public AuditUnavailableException(string message) : base(message)
    {
    }

    /// <summary>With a message, and what was thrown.</summary>
    public AuditUnavailableException(string message, Exception inner) : base(message, inner)
    {
    }
}
