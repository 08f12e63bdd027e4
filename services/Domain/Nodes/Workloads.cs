using Orion.Store.Idempotency;

namespace OrionPlatform.Domain;

/// <summary>What a node says about a workload without having been asked.</summary>
public static class Workloads
{
    /// <summary>
    /// Records that an allocation's process ended by itself: <c>failed</c>, reason <c>workload_exited</c>. Nothing changes when it is not
    /// that node's, or is ending anyway.
    /// </summary>
    public static async Task<Allocation?> ExitedAsync(WriteTransaction tx, string nodeId, string allocationId) =>
        await Allocations.LoadAsync(tx, allocationId) is { } allocation && allocation.NodeId == nodeId
            ? await Allocations.FailAsync(tx, allocationId, FailureReason.WorkloadExited)
            : null;
}
