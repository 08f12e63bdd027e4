using Orion.OpsPanel.Overview;
using Orion.Telemetry.CanonicalLines;

namespace OrionPlatform.Api;

/// <summary>The API of node agents: they call, the platform never calls them.</summary>
internal static class NodeEndpoints
{
    internal static void AddNodeApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<NodeWatchOptions>().BindConfiguration(NodeWatchOptions.Section)
            .Validate(o => o.LostAfter >= TimeSpan.FromSeconds(5)
                && o.LostAfter <= TimeSpan.FromHours(1), $"{NodeWatchOptions.Section}:LostAfter must lie between 00:00:05 and 01:00:00.")
            .ValidateOnStart();
        builder.Services.AddHostedService<NodeWatch>();
        builder.Services.AddSingleton<IWorkQueue, NodeTaskQueue>();
    }

    internal static void MapNodeApi(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/node/v1").WithMetadata(new SurfaceAttribute("node"), new BodyLimit(RequestLimits.NodeBodyBytes));
        group.MapPost("register", RegisterNode.HandleAsync).RequireAuthorization(ApiPolicies.NodeJoin);
        group.MapPost("heartbeat", NodeHeartbeat.HandleAsync).RequireAuthorization(ApiPolicies.Node);
        group.MapPost("tasks/claim", ClaimTasks.HandleAsync).RequireAuthorization(ApiPolicies.Node);
        group.MapPost("tasks/{taskId}/result", ReportTask.HandleAsync).RequireAuthorization(ApiPolicies.Node);
        group.MapPost("workloads/{allocationId}/exited", ReportExit.HandleAsync).RequireAuthorization(ApiPolicies.Node);
    }
}
