namespace Orion.Store;

public partial class WriteTransaction
{
    /// <summary>Whether this write left an audit entry.</summary>
    internal bool HasAuditEntry { get; private set; }

    /// <summary>
    /// Rows that were removed after they had been copied: that this worked says nothing of whether there is room for another.
    /// </summary>
    internal long Freed { get; private set; }

    /// <summary>
    /// Leaves an audit entry, so that it is durable if and only if what it tells of is; <see cref="DomainStore.AuditEntriesCommitted"/>
    /// tells of it.
    /// </summary>
    /// <param name="entry">The entry, a JSON object, free of secrets: it is stored as it is.</param>
    public async Task AppendAuditEntryAsync(string entry)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(entry);
        HasAuditEntry = true;
        await ExecuteAsync(
            $"INSERT INTO audit_outbox (position, entry) VALUES ({Dialect.Position}, @entry)",
            new { Position = await NextPositionAsync(), entry });
    }

    /// <summary>Puts an entry that the audit log does not take out of the way of those behind it; it is kept as it is.</summary>
    /// <returns>False when it is not in the outbox: another process has done the same.</returns>
    public async Task<bool> SetAuditEntryAsideAsync(long position, string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        var moved = await ExecuteAsync(
            """
            INSERT INTO audit_set_aside (position, entry, reason, set_aside_at)
                SELECT position, entry, @reason, @now FROM audit_outbox WHERE position = @position
            """,
            new { position, reason, Now }) == 1;
        Freed += await ExecuteAsync("DELETE FROM audit_outbox WHERE position = @position", new { position });
        return moved;
    }

    /// <summary>Removes the entries up to a position: they are in the audit log.</summary>
    public async Task RemoveAuditEntriesAsync(long upTo) =>
        Freed += await ExecuteAsync("DELETE FROM audit_outbox WHERE position <= @up_to", new { upTo });
}
