namespace OrionPlatform.Store;

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
