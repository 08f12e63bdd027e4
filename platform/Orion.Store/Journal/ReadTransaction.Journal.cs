using Orion.Store.Journal;

namespace Orion.Store;

public partial class ReadTransaction
{
    private const string FactColumns =
        "SELECT position, occurred_at, type, subject, tenant_id, data, trace_id, correlation_id, trace_parent FROM journal";

    /// <summary>
    /// The facts of one entity, oldest first, after a position. From the beginning (0) on these are all that are committed; after a
    /// position, all that no fact can still come before.
    /// </summary>
    public Task<IReadOnlyList<JournalEntry>> FactsOfAsync(string subject, long after = 0, int limit = 1000) => EntriesAsync(
        $"{FactColumns} WHERE subject = @subject AND position > @after{(after > 0 ? Dialect.IsSettled : "")} "
        + "ORDER BY position LIMIT @limit",
        new { subject, after, limit });

    /// <summary>
    /// All facts after a position, in the order of positions: what a projection reads. None of them is ever missed: where many write at the
    /// same time, a fact appears here once nothing can come before it any more, which is when all transactions that are older than its own
    /// have ended.
    /// </summary>
    public Task<IReadOnlyList<JournalEntry>> FactsSinceAsync(long position, int limit = 1000) => EntriesAsync(
        $"{FactColumns} WHERE position > @position{Dialect.IsSettled} ORDER BY position LIMIT @limit", new { position, limit });

    /// <summary>Position of the last fact that <see cref="FactsSinceAsync"/> gives; 0 when there is none.</summary>
    public Task<long> LastPositionAsync() => QuerySingleOrDefaultAsync<long>(
        $"SELECT COALESCE(max(position), 0) FROM journal WHERE position > 0{Dialect.IsSettled}");

    private async Task<IReadOnlyList<JournalEntry>> EntriesAsync(string sql, object args) =>
        [.. (await QueryAsync<FactRow>(sql, args)).Select(r => new JournalEntry(r.Position, r.OccurredAt, new JournalFact
        {
            Type = r.Type,
            Subject = r.Subject,
            TenantId = r.TenantId,
            Data = r.Data,
        }, r.TraceId, r.TraceParent, r.CorrelationId))];

    private sealed record FactRow(
        long Position, DateTimeOffset OccurredAt, string Type, string Subject, string? TenantId, string Data, string? TraceId,
        string? CorrelationId, string? TraceParent);
}
