namespace OrionPlatform.Store;

public partial class ReadTransaction
{
    /// <summary>The entries that are not in the audit log yet, oldest first.</summary>
    public Task<IReadOnlyList<AuditOutboxEntry>> AuditOutboxAsync(int limit) =>
        QueryAsync<AuditOutboxEntry>("SELECT position, entry FROM audit_outbox ORDER BY position LIMIT @limit", new { limit });
}
