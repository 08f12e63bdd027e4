using Orion.Store.Idempotency;

namespace OrionPlatform.Domain;

/// <summary>Gives an allocation back: by its node, when a workload may run there; at once, when none can.</summary>
public static class AllocationRelease
{
    /// <summary>
    /// Carries a release one step further; safe to repeat. Returns the allocation as it is then: <c>released</c> when nothing of it
    /// can run (never placed, its start never handed out, its node lost), <c>releasing</c> while its node stops it.
    /// </summary>
    public static async Task<Allocation?> AdvanceAsync(WriteTransaction tx, string id)
    {
        if (await Allocations.LoadAsync(tx, id) is not { State: AllocationState.Releasing } allocation)
        {
            return await Allocations.LoadAsync(tx, id);
        }

        var nothingRuns = allocation.NodeId is null
            || await NodeTasks.WithdrawStartAsync(tx, id)
            || await tx.QuerySingleOrDefaultAsync<long?>(
                "SELECT lost_at FROM nodes WHERE id = @node", new { node = allocation.NodeId }) is not null;
        if (nothingRuns)
        {
            return await Allocations.ReleasedAsync(tx, id);
        }

        await NodeTasks.AddAsync(tx, allocation.NodeId!, id, NodeTask.Stop);
        return allocation;
    }
}
