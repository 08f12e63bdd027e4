namespace Orion.Sink.Events;

/// <summary>
/// Something that happened in the domain, for people to look at (seed 002's <c>business_event_logs</c>). It is telemetry: the journal has
/// the truth.
/// </summary>
public sealed class BusinessEvent
{
    /// <summary>Kind: <c>order.placed</c>.</summary>
    public required string Type { get; set; }

    /// <summary>The service that tells of it.</summary>
    public required string Service { get; set; }

    /// <summary>When; the time of handing over when not given.</summary>
    public DateTimeOffset? Time { get; set; }

    /// <summary>Kind of the entity: <c>order</c>.</summary>
    public string? EntityType { get; set; }

    /// <summary>The entity's id.</summary>
    public string? EntityId { get; set; }

    /// <summary>Who did it: an opaque id.</summary>
    public string? User { get; set; }

    /// <summary>The tenant it concerns.</summary>
    public string? Tenant { get; set; }

    /// <summary>What was done.</summary>
    public string? Action { get; set; }

    /// <summary>More about it, a JSON object.</summary>
    public string? Details { get; set; }

    /// <summary>Whether it succeeded.</summary>
    public bool Success { get; set; } = true;

    /// <summary>Correlation id it was done under.</summary>
    public string? CorrelationId { get; set; }

    /// <summary>Trace it was done in, 32 hex digits.</summary>
    public string? TraceId { get; set; }
}

/// <summary>A product event for analytics: how many users did X? (<c>_orion_events</c>)</summary>
public sealed class TrackedEvent
{
    /// <summary>Name: <c>signup_completed</c>.</summary>
    public required string Name { get; set; }

    /// <summary>When; the time of handing over when not given.</summary>
    public DateTimeOffset? Time { get; set; }

    /// <summary>Who did it: an opaque id.</summary>
    public string? User { get; set; }

    /// <summary>The tenant.</summary>
    public string? Tenant { get; set; }

    /// <summary>Properties; values are string, bool, long, double, or arrays of these.</summary>
    public KeyValuePair<string, object?>[] Properties { get; set; } = [];
}
