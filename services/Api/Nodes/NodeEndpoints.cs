using Microsoft.Extensions.Options;
using Orion.OpsPanel.Overview;
using Orion.Sink;
using Orion.Sink.Loss;
using Orion.Sink.Rows;

namespace OrionPlatform.Api;

/// <summary>The API of node agents: they call, the platform never calls them.</summary>
internal static class NodeEndpoints
{
    /// <summary>Largest body: a heartbeat lists every workload of its node.</summary>
    private const int MaxBodyBytes = 1024 * 1024;

    // The key of the node agents, which are the platform's own: their spans say what they are, and for whom. It lacks its secret only.
    private const string AgentKey = "agent";

    internal static void AddNodeApi(this WebApplicationBuilder builder)
    {
        builder.AddNodeAuth();
        builder.AddOpenApiDocument(
            "node", "node/v1/", "The API of node agents", "To register, the join token; after that the node's secret, nk_...");
        builder.Services.Configure<IngestKeyOptions>(AddAgentKey);
        builder.Services.AddOptions<NodeWatchOptions>().BindConfiguration(NodeWatchOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddHostedService<NodeWatch>();
        builder.Services.AddSingleton<IWorkQueue, NodeTaskQueue>();
    }

    internal static void MapNodeApi(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/node/v1").WithTags("Nodes")
            .WithMetadata(new SurfaceAttribute("node"), new BodyLimit(MaxBodyBytes));
        group.MapPost("register", RegisterAsync).WithName("RegisterNode").RequireAuthorization(NodeAccess.NodeJoin);
        group.MapPost("heartbeat", HeartbeatAsync).WithName("SendHeartbeat").RequireAuthorization(NodeAccess.Node);
        group.MapPost("tasks/claim", ClaimTasks.HandleAsync).WithName("ClaimTasks").RequireAuthorization(NodeAccess.Node);
        group.MapPost("tasks/{taskId}/result", ReportTaskAsync).WithName("ReportTask").RequireAuthorization(NodeAccess.Node)
            .Refuses(ErrorCatalogue.LeaseLost, ErrorCatalogue.NotFound);
        group.MapPost("workloads/{allocationId}/exited", ReportExitAsync).WithName("ReportExit").RequireAuthorization(NodeAccess.Node);
    }

    /// <summary>
    /// Names what a node agent's telemetry may say of itself. Before the configuration is bound, which brings the secret.
    /// </summary>
    internal static void AddAgentKey(IngestKeyOptions options) => options.Keys[AgentKey] = new IngestKey
    {
        Services = { "node-agent" },
        Surfaces = { CanonicalLine.Job, "other" },
        Tenants = { "*" },
        MayClaimLines = true,
    };

    /// <summary>A new node, and its secret, this once.</summary>
    private static async Task<Created<NodeCredential>> RegisterAsync(RegisterNodeRequest asked, DomainStore store)
    {
        using var span = Spans.Start("api.nodes.register");
        var offer = new NodeOffer(asked.Name, asked.Slots, [.. asked.Runtimes]);
        var node = await store.WriteAsync(tx => Domain.Nodes.RegisterAsync(tx, offer));
        Canon.Add("node.id", node.NodeId);
        return TypedResults.Created((string?)null, new NodeCredential(node.NodeId, node.Token));
    }

    /// <summary>
    /// The agent says that it lives, what it offers and what it runs; the answer says which workloads it should start again and which are
    /// no longer its own. A node that was lost is told of as returned.
    /// </summary>
    private static async Task<Ok<HeartbeatResponse>> HeartbeatAsync(
        HttpContext http, HeartbeatRequest beat, DomainStore store, TelemetryWriter telemetry, TelemetrySink sink, TimeProvider time)
    {
        telemetry.Record(HeartbeatOf(beat.Process, time.GetUtcNow()));
        sink.Record(beat.Process.Worker, $"{beat.Process.Pid}@{beat.Process.StartedAt:O}", [.. (beat.Exports ?? []).Select(e =>
            new ExportAccount(e.Stream, e.Produced, e.Delivered, e.Failed, e.Overflowed))]);

        var nodeId = http.NodeId();
        using var span = Spans.Start("api.nodes.seen");
        var desired = await store.WriteAsync(async tx =>
        {
            await Domain.Nodes.SeenAsync(tx, nodeId, new NodeOffer(beat.Name, beat.Slots, [.. beat.Runtimes]));
            return await Domain.Nodes.DesiredAsync(tx, nodeId, beat.Running);
        });
        Canon.Add("workloads.running", beat.Running.Count);
        Canon.Add("workloads.to_start", desired.Run.Count);
        Canon.Add("workloads.to_stop", desired.Stop.Count);
        return TypedResults.Ok(new HeartbeatResponse(
            [.. desired.Run.Select(a => new WorkloadSpec(a.Id, a.Runtime, a.Slots, a.Tenant, a.TraceParent, a.CorrelationId))],
            desired.Stop));
    }

    /// <summary>How a task ended. The same report again gets the same answer and changes nothing.</summary>
    private static async Task<NoContent> ReportTaskAsync(HttpContext http, string taskId, TaskResultRequest report, DomainStore store)
    {
        Canon.Add("node.task", taskId);
        Canon.Add("node.task.outcome", report.Outcome);
        using var span = Spans.Start("api.nodes.report");
        var nodeId = http.NodeId();
        var result = await store.WriteAsync(
            tx => NodeTasks.ReportAsync(tx, nodeId, new TaskReport(taskId, report.FencingToken, report.Outcome)));
        return result switch
        {
            ReportResult.Accepted or ReportResult.Repeated => TypedResults.NoContent(),
            ReportResult.LeaseLost => throw new ProblemException(ErrorCatalogue.LeaseLost),
            _ => throw new ProblemException(ErrorCatalogue.NotFound),
        };
    }

    /// <summary>A workload ended by itself. Safe to repeat.</summary>
    private static async Task<NoContent> ReportExitAsync(
        HttpContext http, string allocationId, WorkloadExitedRequest exited, DomainStore store)
    {
        Canon.Add("allocation.id", allocationId);
        Canon.Add("workload.exit_code", exited.ExitCode);
        using var span = Spans.Start("api.nodes.workload_exited");
        var nodeId = http.NodeId();
        await store.WriteAsync(tx => Workloads.ExitedAsync(tx, nodeId, allocationId));
        return TypedResults.NoContent();
    }

    // The agent has no sink of its own, so the api records its process for it, under the api's clock.
    private static Heartbeat HeartbeatOf(ProcessFigures p, DateTimeOffset now) => new()
    {
        Worker = p.Worker,
        Service = ProcessFigures.Service,
        Host = p.Host,
        Pid = p.Pid,
        Time = now,
        Interval = TimeSpan.FromSeconds(p.IntervalSeconds),
        StartedAt = p.StartedAt,
        PoolThreads = p.PoolThreads,
        PoolQueue = p.PoolQueue,
        MemoryAllocMb = p.MemoryAllocMb,
        MemoryCommittedMb = p.MemoryCommittedMb,
        GcCount = p.GcCount,
        GcPauseMs = p.GcPauseMs,
        LagP50Ms = p.LagP50Ms,
        LagP99Ms = p.LagP99Ms,
        LagMaxMs = p.LagMaxMs,
        Utilization = p.Utilization,
    };
}
