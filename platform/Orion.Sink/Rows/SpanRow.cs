using System.Diagnostics;

namespace Orion.Sink.Rows;

/// <summary>How a span or a canonical line ended, with OTLP's numbers.</summary>
public enum SpanStatus
{
    /// <summary>Nothing was said; it counts as success.</summary>
    Unset = 0,

    /// <summary>Explicitly successful.</summary>
    Ok = 1,

    /// <summary>Failed.</summary>
    Error = 2,
}

/// <summary>A reference from one span to the span that caused it. Related, not owned.</summary>
public sealed record SpanLink(ActivityTraceId TraceId, ActivitySpanId SpanId)
{
    /// <summary>The other span's W3C trace state, if any.</summary>
    public string? TraceState { get; init; }

    /// <summary>What is said about the link.</summary>
    public KeyValuePair<string, object?>[] Attributes { get; init; } = [];

    /// <summary>Attributes that were left out, by the sender or here.</summary>
    public int DroppedAttributes { get; init; }
}

/// <summary>Something that happened at one moment within a span, for example an exception.</summary>
/// <param name="UnixNanos">Wall-clock time, nanoseconds since 1970-01-01 UTC.</param>
/// <param name="Name">The event's name (<c>exception</c> for exceptions).</param>
/// <param name="Attributes">Its attributes.</param>
public sealed record SpanEvent(long UnixNanos, string Name, KeyValuePair<string, object?>[] Attributes)
{
    /// <summary>Attributes that were left out, by the sender or here.</summary>
    public int DroppedAttributes { get; init; }
}

/// <summary>An inner span: one operation within a request or a job. The outermost one is a <see cref="CanonicalLine"/>.</summary>
/// <remarks>
/// Mutable until it is handed to <see cref="TelemetrySink"/>, so that the gate can redact it in place; after that only when it was left
/// out.
/// </remarks>
public class SpanRow
{
    /// <summary>The trace this span is part of.</summary>
    public required ActivityTraceId TraceId { get; set; }

    /// <summary>The span's own id.</summary>
    public required ActivitySpanId SpanId { get; set; }

    /// <summary>The parent's id; <c>default</c> (all zeros) for a root.</summary>
    public ActivitySpanId ParentSpanId { get; set; }

    /// <summary>The service that recorded it (OTel <c>service.name</c>).</summary>
    public required string Service { get; set; }

    /// <summary>Span name, low cardinality: <c>api.orders.create</c> or <c>POST /v1/...</c>.</summary>
    public required string Name { get; set; }

    /// <summary>OTel span kind.</summary>
    public ActivityKind Kind { get; set; }

    /// <summary>Wall-clock start, nanoseconds since 1970-01-01 UTC.</summary>
    public long StartUnixNanos { get; set; }

    /// <summary>Monotonic duration in nanoseconds.</summary>
    public long DurationNanos { get; set; }

    /// <summary>What of the duration counts as latency.</summary>
    public virtual long OwnNanos => DurationNanos;

    /// <summary>How it ended.</summary>
    public SpanStatus Status { get; set; }

    /// <summary>Status description, if any.</summary>
    public string? StatusMessage { get; set; }

    /// <summary>OTel <c>error.type</c>: an exception type, or a status code as text.</summary>
    public string? ErrorType { get; set; }

    /// <summary>The tenant it was done for, if known.</summary>
    public string? Tenant { get; set; }

    /// <summary>
    /// Left out by sampling: it counts in every rollup, which so stay exact, but the row itself is not stored, nor kept by the sink: it may
    /// be used again.
    /// </summary>
    public bool SampledOut { get; set; }

    /// <summary>What it comes from; null for the process that stores it.</summary>
    public ResourceRow? Resource { get; set; }

    /// <summary>Whether it counts in objectives that name no surface.</summary>
    internal bool CountsInObjectives => Resource is not { CountsInObjectives: false };

    /// <summary>The instrumentation scope that made it, when known.</summary>
    public ScopeRow? Scope { get; set; }

    /// <summary>W3C trace state, if any.</summary>
    public string? TraceState { get; set; }

    /// <summary>Attributes; values are string, bool, long, double, or arrays of these.</summary>
    public KeyValuePair<string, object?>[] Attributes { get; set; } = [];

    /// <summary>Links to causes.</summary>
    public SpanLink[] Links { get; set; } = [];

    /// <summary>Events within the span.</summary>
    public SpanEvent[] Events { get; set; } = [];

    /// <summary>Attributes it had beside <see cref="Attributes"/>: what its sender left out, and what was too many for us.</summary>
    public int DroppedAttributes { get; set; }

    /// <summary>Events it had beside <see cref="Events"/>.</summary>
    public int DroppedEvents { get; set; }

    /// <summary>Links it had beside <see cref="Links"/>.</summary>
    public int DroppedLinks { get; set; }
}
