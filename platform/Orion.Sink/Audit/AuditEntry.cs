namespace Orion.Sink.Audit;

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

    /// <summary>What was done: <c>order.placed</c>.</summary>
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
