namespace Orion.Store.Journal;

/// <summary>One thing that happened to one entity, for ever: committed with the change it tells of.</summary>
public sealed record JournalFact
{
    /// <summary>Type, dotted and past tense: <c>order.placed</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The entity, as <c>kind/id</c>: <c>order/or_...</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>The tenant it belongs to; null for the platform's own.</summary>
    public string? TenantId { get; init; }

    /// <summary>Details as a JSON object.</summary>
    public string Data { get; init; } = "{}";

    /// <summary>
    /// W3C traceparent of the span that did it, so that who reacts can link to it; null outside one. Taken from the current activity when
    /// not set.
    /// </summary>
    public string? TraceParent { get; init; }

    /// <summary>
    /// The trace it was done in (32 hex digits), as the journal has it; facts from before version 0006 have a trace and no span.
    /// </summary>
    public string? TraceId { get; internal init; }

    /// <summary>The correlation id it was done under.</summary>
    public string? CorrelationId { get; init; }
}

/// <summary>A fact as it stands in the journal.</summary>
/// <param name="Position">Its place in the order of commits, from 1.</param>
/// <param name="OccurredAt">When it was committed.</param>
/// <param name="Fact">The fact.</param>
public sealed record JournalEntry(long Position, DateTimeOffset OccurredAt, JournalFact Fact);
