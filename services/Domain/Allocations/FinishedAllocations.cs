using Orion.Store.Idempotency;
using Orion.Store.Sql;

namespace OrionPlatform.Domain;

/// <summary>
/// Allocations that have ended leave the tables after a while, with their tasks: those are what the platform works with. What happened is a
/// fact of the journal, and stays.
/// </summary>
public static class FinishedAllocations
{
    /// <summary>Allocations that one write removes at most: it holds the store's writer for a few milliseconds.</summary>
    public const int Batch = 200;

    /// <summary>Whether <see cref="PruneAsync"/> would remove any: a read, so that looking costs no write.</summary>
    public static async Task<bool> AnyAsync(ReadTransaction tx, DateTimeOffset endedBefore) =>
        await tx.QuerySingleOrDefaultAsync<long>($"SELECT EXISTS ({Ended("1")})",
            new { before = endedBefore }) != 0;

    /// <summary>
    /// Removes up to <see cref="Batch"/> allocations that ended before then. Returns how many; fewer than that means that no more are left.
    /// </summary>
    public static async Task<int> PruneAsync(WriteTransaction tx, DateTimeOffset endedBefore)
    {
        var ids = await tx.QueryAsync<string>($"{Ended("id")} ORDER BY updated_at LIMIT @most", new { before = endedBefore, most = Batch });
        foreach (var id in ids)
        {
            await tx.ExecuteAsync("DELETE FROM node_tasks WHERE allocation_id = @id", new { id });
            await tx.ExecuteAsync("DELETE FROM job_keys WHERE unique_key = @key", new { key = Allocations.ReleaseKey(id) });
            await tx.ExecuteAsync("DELETE FROM allocations WHERE id = @id", new { id });
        }

        return ids.Count;
    }

    /// <summary>One that still has a task in its node's hands is not over for it, whatever its row says.</summary>
    private static string Ended(string columns) => $"""
        SELECT {columns} FROM allocations WHERE state IN ('released', 'failed') AND updated_at < @before
        AND NOT EXISTS (SELECT 1 FROM node_tasks t WHERE t.allocation_id = allocations.id AND t.state IN ('ready', 'leased'))
        """;
}
