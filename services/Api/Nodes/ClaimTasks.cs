using Orion.Store;
using Orion.Store.Journal;
using Orion.Store.Sql;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Propagation;
using Orion.Telemetry.Tracing;
using OrionPlatform.Domain;

namespace OrionPlatform.Api;

/// <summary>
/// <c>POST /node/v1/tasks/claim</c>: hands out tasks, or waits for one. A waiting agent costs a read a commit, and no write until
/// there is something to hand out.
/// </summary>
internal static class ClaimTasks
{
    private const int MaxTasks = 16;
    private const int MaxWaitSeconds = 20;

    // A lease that runs out makes a task due without a commit, so a wait is never longer than this.
    private static readonly TimeSpan s_recheck = TimeSpan.FromSeconds(5);

    internal static async Task<IResult> HandleAsync(HttpContext http, DomainStore store, IHostApplicationLifetime lifetime,
        TimeProvider time)
    {
        using var body = await JsonBody.ReadAsync(http);
        var members = new JsonMembers(body.Root, "", "max", "waitSeconds", "holding");
        var max = (int)members.Integer("max", 1, MaxTasks);
        var wait = TimeSpan.FromSeconds(members.Integer("waitSeconds", 0, MaxWaitSeconds));
        var holding = members.Texts("holding", 256, 67, Shapes.Id(), "a task's id").ToHashSet(StringComparer.Ordinal);

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        var tasks = await WaitAsync(store, http.NodeId(), holding, max, wait, time, ending.Token);
        Canon.Add("node.tasks", tasks.Count);
        Canon.Add("changed", tasks.Count > 0);
        return Results.Json(new Answer([.. tasks.Select(TaskView.Of)]));
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
                if (await store.ReadAsync(tx => WorthClaimingAsync(tx, nodeId, holding, time.GetUtcNow()), ending)
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
        return await store.WriteAsync(
            async tx =>
            {
                // The tasks are the outbox towards nodes: what is handed out, and under which lease, is written here.
                using var outbox = Spans.Start("api.outbox.write");
                return await NodeTasks.ClaimAsync(tx, nodeId, holding, max);
            },
            ending);
    }

    private static async Task<bool> WorthClaimingAsync(ReadTransaction tx, string nodeId, HashSet<string> holding, DateTimeOffset now) =>
        await NodeTasks.AnyDueAsync(tx, nodeId, now) || await NodeTasks.AnyUndeliveredAsync(tx, nodeId, holding);

    private sealed record Answer(IReadOnlyList<TaskView> Tasks);

    private sealed record TaskView(
        string Id, string Kind, int Attempt, long FencingToken, string AllocationId, string Runtime, int Slots, string Tenant,
        string? TraceParent, string? CorrelationId)
    {
        public static TaskView Of(NodeTask t) =>
            new(t.Id, t.Kind, t.Attempt, t.FencingToken, t.AllocationId, t.Runtime, t.Slots, t.Tenant, t.TraceParent, t.CorrelationId);
    }
}
