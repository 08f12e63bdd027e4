using Orion.Store.Audit;

namespace Orion.Store;

public partial class ReadTransaction
{
    /// <summary>
    /// The entries that are not in the audit log yet, oldest first; none can still be committed with a lower position than one of them.
    /// </summary>
    public Task<IReadOnlyList<AuditOutboxEntry>> AuditOutboxAsync(int limit) => QueryAsync<AuditOutboxEntry>(
        $"SELECT position, entry FROM audit_outbox WHERE position > 0{Dialect.IsSettled} ORDER BY position LIMIT @limit", new { limit });

    /// <summary>The entries that the audit log does not take: how many, and the newest of them.</summary>
    public async Task<AuditSetAsides> AuditSetAsideAsync(int limit) => new(
        await QuerySingleOrDefaultAsync<long>("SELECT count(*) FROM audit_set_aside"),
        await QueryAsync<AuditSetAside>(
            "SELECT position, entry, reason, set_aside_at FROM audit_set_aside ORDER BY position DESC LIMIT @limit", new { limit }));
}
