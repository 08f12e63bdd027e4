namespace OrionPlatform.Store;

/// <summary>An audit entry that is committed and not in the audit log yet.</summary>
/// <param name="Position">Its place in the order of commits.</param>
/// <param name="Entry">The entry, a JSON object; what it says is its writer's and its reader's business.</param>
public sealed record AuditOutboxEntry(long Position, string Entry);

public partial class ReadTransaction
{
    /// <summary>The entries that are not in the audit log yet, oldest first.</summary>
    public Task<IReadOnlyList<AuditOutboxEntry>> AuditOutboxAsync(int limit) =>
        QueryAsync<AuditOutboxEntry>("SELECT position, entry FROM audit_outbox ORDER BY position LIMIT @limit", new { limit });
}

public partial class WriteTransaction
{
    /// <summary>Whether this write left an audit entry.</summary>
    internal bool HasAuditEntry { get; private set; }

    /// <summary>Rows that were removed after they had been copied: that this worked says nothing of whether there is room for another.</summary>
    internal long Freed { get; private set; }

    /// <summary>
    /// Leaves an audit entry, so that it is durable if and only if what it tells of is; <see cref="DomainStore.AuditEntriesCommitted"/>
    /// tells of it.
    /// </summary>
    /// <param name="entry">The entry, a JSON object, free of secrets: it is stored as it is.</param>
    public Task AppendAuditEntryAsync(string entry)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(entry);
        Execute("INSERT INTO audit_outbox (entry) VALUES (@entry)", new { entry });
        HasAuditEntry = true;
        return Task.CompletedTask;
    }

    /// <summary>Removes the entries up to a position: they are in the audit log.</summary>
    public Task RemoveAuditEntriesAsync(long upTo)
    {
        Freed += Execute("DELETE FROM audit_outbox WHERE position <= @up_to", new { upTo });
        return Task.CompletedTask;
    }
}
