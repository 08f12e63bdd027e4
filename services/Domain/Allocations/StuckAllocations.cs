using Orion.Store.Idempotency;

namespace OrionPlatform.Domain;

/// <summary>Allocations that no message will move on any more, found by their state and age.</summary>
public static class StuckAllocations
{
    /// <summary>Those whose node is lost, and those on their way for longer than they may be; at most 100, oldest first.</summary>
    /// <param name="tx">The snapshot.</param>
    /// <param name="movingSince">
    /// Provisioning that began before this time is stuck, and so is a release since then of which no node was told.
    /// </param>
    public static Task<IReadOnlyList<Allocation>> FindAsync(ReadTransaction tx, DateTimeOffset movingSince) => tx.QueryAsync<Allocation>(
        $"""
        SELECT {Allocation.Columns} FROM allocations
        WHERE state IN ('requested', 'provisioning') AND updated_at < @since
            OR state = 'releasing' AND updated_at < @since
                AND id NOT IN (SELECT allocation_id FROM node_tasks WHERE state IN ('ready', 'leased'))
            OR state IN ('provisioning', 'active', 'releasing') AND node_id IN (SELECT id FROM nodes WHERE lost_at IS NOT NULL)
        ORDER BY updated_at LIMIT 100
        """,
        new { since = movingSince });

    /// <summary>
    /// Brings one of them to its end, judged afresh in this transaction: <c>node_lost</c>, <c>start_timed_out</c>, <c>no_capacity</c>,
    /// or one more step of its release. Null when it has moved on by itself.
    /// </summary>
    public static async Task<Allocation?> ResolveAsync(WriteTransaction tx, string id, DateTimeOffset movingSince)
    {
        var found = await Allocations.LoadAsync(tx, id);
        if (found is null or { IsFinal: true })
        {
            return null;
        }

        if (found.State == AllocationState.Releasing)
        {
            return await AllocationRelease.AdvanceAsync(tx, id);
        }

        var lost = found.NodeId is not null
            && await tx.QuerySingleOrDefaultAsync<long?>(
                "SELECT lost_at FROM nodes WHERE id = @node", new { node = found.NodeId }) is not null;
        if (lost)
        {
            return await Allocations.FailAsync(tx, id, FailureReason.NodeLost);
        }

        if (found.State == AllocationState.Active || found.UpdatedAt >= movingSince)
        {
            return null;
        }

        return await Allocations.FailAsync(tx, id, found.NodeId is null ? FailureReason.NoCapacity : FailureReason.StartTimedOut);
    }
}
