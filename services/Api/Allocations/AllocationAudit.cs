namespace OrionPlatform.Api;

/// <summary>What callers changed about their allocations.</summary>
internal sealed class AllocationAudit(ApiAudit audit)
{
    public Task AddAllocationRequestedAsync(WriteTransaction tx, Principal caller, Allocation allocation, string key) => audit.AddAsync(
        tx, "allocation.requested", caller,
        ("allocation_id", allocation.Id), ("status_to", allocation.State), ("idempotency_key_hash", ApiAudit.Hash(key)));

    public Task AddReleaseRequestedAsync(WriteTransaction tx, Principal caller, Allocation before, Allocation after) => audit.AddAsync(
        tx, "allocation.release_requested", caller,
        ("allocation_id", after.Id), ("status_from", before.State), ("status_to", after.State), ("node_id", after.NodeId));
}
