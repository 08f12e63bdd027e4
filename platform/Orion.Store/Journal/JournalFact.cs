namespace Orion.Store.Journal;

/// <summary>One thing that happened to one entity, for ever: committed with the change it tells of.</summary>
public sealed record JournalFact
{
    /// <summary>Type, dotted and past tense: <c>order.placed</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The entity, as <c>kind/id</c>: <c>order/or_...</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>
    /// The tenant it belongs to. Null: that of the request or job in progress, if it has one. Set it where the entity's tenant may be
    /// another than that.
    /// </summary>
    public string? TenantId { get; init; }

    /// <summary>Details as a JSON object.</summary>
    public string Data { get; init; } = "{}";
}

/// <summary>A fact as it stands in the journal.</summary>
/// <param name="Position">
/// Its place among all facts: above 0, growing, and without a meaning beyond the order. On SQLite that is the order of commits.
/// </param>
/// <param name="OccurredAt">When it was committed.</param>
/// <param name="Fact">The fact.</param>
/// <param name="TraceId">
/// The trace it was done in (32 hex digits); facts from before version 0006 have a trace and no <paramref name="TraceParent"/>.
/// </param>
/// <param name="TraceParent">W3C traceparent of the span that did it; null outside one.</param>
/// <param name="CorrelationId">The correlation id it was done under.</param>
public sealed record JournalEntry(
    long Position, DateTimeOffset OccurredAt, JournalFact Fact, string? TraceId, string? TraceParent, string? CorrelationId);
