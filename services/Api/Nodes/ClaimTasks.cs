using Orion.Store.Journal;
using Orion.Store.Sql;
using Orion.Telemetry.Propagation;

namespace OrionPlatform.Api;

/// <summary>
/// <c>POST /node/v1/tasks/claim</c>: hands out tasks, or waits for one. A waiting agent costs a read a commit, and no write until
/// there is something to hand out.
/// </summary>
internal static class ClaimTasks
{
    // A lease that runs out makes a task due without a commit, so a wait is never longer than this.
    private static readonly TimeSpan s_recheck = TimeSpan.FromSeconds(5);

    internal static async Task<Ok<ClaimTasksResponse>> HandleAsync(
        HttpContext http, ClaimTasksRequest asked, DomainStore store, IHostApplicationLifetime lifetime, TimeProvider time)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        var tasks = await WaitAsync(
            store, http.NodeId(), asked.Holding.ToHashSet(StringComparer.Ordinal), asked.Max, TimeSpan.FromSeconds(asked.WaitSeconds), time,
            ending.Token);
        Canon.Add("node.tasks", tasks.Count);
        Canon.Add("changed", tasks.Count > 0);
        return TypedResults.Ok(new ClaimTasksResponse([.. tasks.Select(t => new NodeTaskResponse(
            t.Id, t.Kind, t.Attempt, t.FencingToken, t.AllocationId, t.Runtime, t.Slots, t.Tenant, t.TraceParent, t.CorrelationId))]));
    }

    private static async Task<IReadOnlyList<NodeTask>> WaitAsync(
        DomainStore store, string nodeId, HashSet<string> holding, int max, TimeSpan wait, TimeProvider time, CancellationToken ending)
    {
        var began = time.GetTimestamp();
        try
        {
            while (true)
            {
                var version = await store.VersionAsync(ending);
                if (await store.ReadAsync(tx => WorthClaimingAsync(tx, nodeId, holding, tx.Now), ending)
                    && await ClaimAsync(store, nodeId, holding, max, ending) is { Count: > 0 } claimed)
                {
                    return claimed;
                }

                var left = wait - time.GetElapsedTime(began);
                if (left <= TimeSpan.Zero)
                {
                    return [];
                }

                await store.WaitForChangeAsync(version, left < s_recheck ? left : s_recheck, ending);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return [];
        }
    }

    private static async Task<IReadOnlyList<NodeTask>> ClaimAsync(DomainStore store, string nodeId, HashSet<string> holding, int max,
        CancellationToken ending)
    {
        using var span = Spans.Start("api.nodes.claim");
        return await store.WriteAsync(tx => NodeTasks.ClaimAsync(tx, nodeId, holding, max), ending);
    }

    private static async Task<bool> WorthClaimingAsync(ReadTransaction tx, string nodeId, HashSet<string> holding, DateTimeOffset now) =>
        await NodeTasks.AnyDueAsync(tx, nodeId, now) || await NodeTasks.AnyUndeliveredAsync(tx, nodeId, holding);
}
