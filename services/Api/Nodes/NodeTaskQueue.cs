using Orion.OpsPanel.Overview;

namespace OrionPlatform.Api;

/// <summary>The nodes' open tasks, for the panel's Overview.</summary>
internal sealed class NodeTaskQueue(DomainStore store) : IWorkQueue
{
    public async Task<QueueDepth> DepthAsync(CancellationToken cancellationToken)
    {
        var depth = await store.ReadAsync(NodeTasks.DepthAsync, cancellationToken);
        return new QueueDepth("Node tasks", "its node", "their nodes", depth.Ready, depth.Leased);
    }
}
