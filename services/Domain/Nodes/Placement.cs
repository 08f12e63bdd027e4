using Orion.Store.Idempotency;

namespace OrionPlatform.Domain;

/// <summary>Chooses a node for an allocation: the one with most free slots among those that live and offer its runtime.</summary>
public static class Placement
{
    /// <summary>
    /// Places an allocation that is being provisioned and tells its node to start it, in one transaction. Returns the node, also when an
    /// earlier attempt placed it; null when no node can take it now.
    /// </summary>
    /// <param name="tx">The write.</param>
    /// <param name="allocation">The allocation, in state <c>provisioning</c>.</param>
    /// <param name="heardSince">A node not heard since then does not count as living.</param>
    public static async Task<string?> PlaceAsync(WriteTransaction tx, Allocation allocation, DateTimeOffset heardSince)
    {
        if (allocation.NodeId is not null)
        {
            return allocation.NodeId;
        }

        var nodes = await tx.QueryAsync<NodeView>($"""
            SELECT {NodeView.Columns} FROM nodes n JOIN node_runtimes r ON r.node_id = n.id AND r.runtime = @runtime
            WHERE n.lost_at IS NULL AND n.last_seen_at >= @since
            """, new { runtime = allocation.Runtime, since = heardSince });
        var best = nodes.MaxBy(n => n.Slots - n.UsedSlots);
        if (best is null || best.Slots - best.UsedSlots < allocation.Slots)
        {
            return null;
        }

        var placed = await tx.QuerySingleOrDefaultAsync<Allocation>($"""
            UPDATE allocations SET node_id = @node, updated_at = @now WHERE id = @id AND state = 'provisioning' AND node_id IS NULL
            RETURNING {Allocation.Columns}
            """, new { id = allocation.Id, node = best.Id, tx.Now });
        if (placed is null)
        {
            return null;
        }

        await Allocations.TellAsync(tx, placed, "placed");
        await NodeTasks.AddAsync(tx, best.Id, allocation.Id, NodeTask.Start);
        return best.Id;
    }
}
