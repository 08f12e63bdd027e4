namespace Orion.Sink.Alerts;

/// <summary>How far an alert has come.</summary>
public enum AlertState
{
    /// <summary>Its condition holds, but not for long enough yet.</summary>
    Pending = 0,

    /// <summary>Its condition has held for as long as the rule demands.</summary>
    Firing = 1,

    /// <summary>Its condition no longer holds.</summary>
    Resolved = 2,
}

/// <summary>
/// One alert (seed 002's <c>system_alerts</c>). At most one unresolved row exists for a rule and subject; once resolved it stays as
/// history, and the next alert of that rule and subject is a new row.
/// </summary>
public sealed record AlertRow
{
    /// <summary>The rule that raised it, for example <c>api_latency_burn</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>What it is about: a service, a worker, a tenant; empty when the rule has one subject only.</summary>
    public required string Subject { get; init; }

    /// <summary>How far it has come.</summary>
    public AlertState State { get; init; } = AlertState.Firing;

    /// <summary><c>critical</c>, <c>warning</c> or <c>info</c>.</summary>
    public required string Severity { get; init; }

    /// <summary>One sentence that says what is wrong, with figures.</summary>
    public required string Summary { get; init; }

    /// <summary>Path of the runbook, for example <c>docs/runbooks/api-latency.md</c>.</summary>
    public string? Runbook { get; init; }

    /// <summary>More about it, a JSON object.</summary>
    public string? Details { get; init; }

    /// <summary>When its condition began to hold.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>When it was last raised.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it began to fire; null while pending.</summary>
    public DateTimeOffset? FiringAt { get; init; }

    /// <summary>When it was resolved; null while open.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Who acknowledged it; null when nobody has.</summary>
    public string? AcknowledgedBy { get; init; }

    /// <summary>When it was acknowledged.</summary>
    public DateTimeOffset? AcknowledgedAt { get; init; }

    /// <summary>Nobody is notified of it before this time.</summary>
    public DateTimeOffset? SilencedUntil { get; init; }
}
