using Orion.Store.Journal;

namespace Orion.Store;

public partial class ReadTransaction
{
    private const string FactColumns =
        "SELECT position, occurred_at, type, subject, tenant_id, data, trace_id, correlation_id, trace_parent FROM journal";

    /// <summary>The facts of one entity, oldest first, after a position.</summary>
    public Task<IReadOnlyList<JournalEntry>> FactsOfAsync(string subject, long after = 0, int limit = 1000) =>
        Task.FromResult(Entries(
            FactColumns + " WHERE subject = @subject AND position > @after ORDER BY position LIMIT @limit",
            new { subject, after, limit }));

    /// <summary>All facts after a position, in the order of their commits: what a projection reads.</summary>
    public Task<IReadOnlyList<JournalEntry>> FactsSinceAsync(long position, int limit = 1000) =>
        Task.FromResult(Entries(FactColumns + " WHERE position > @position ORDER BY position LIMIT @limit", new { position, limit }));

    /// <summary>Position of the last fact; 0 when there is none.</summary>
    public Task<long> LastPositionAsync() =>
        Task.FromResult(QuerySingleOrDefault<long>("SELECT ifnull(max(position), 0) FROM journal", null));

    private IReadOnlyList<JournalEntry> Entries(string sql, object args) =>
        [.. Statement(sql).Query<FactRow>(args).Select(r => new JournalEntry(r.Position, r.OccurredAt, new JournalFact
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
