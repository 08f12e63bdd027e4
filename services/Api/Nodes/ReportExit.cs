using Orion.Store;
using Orion.Store.Journal;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Correlation;
using Orion.Telemetry.Tracing;
using OrionPlatform.Domain;

namespace OrionPlatform.Api;

/// <summary><c>POST /node/v1/workloads/{allocationId}/exited</c>: a workload ended by itself. Safe to repeat.</summary>
internal static class ReportExit
{
    internal static async Task<IResult> HandleAsync(HttpContext http, string allocationId, DomainStore store)
    {
        using var body = await JsonBody.ReadAsync(http);
        var members = new JsonMembers(body.Root, "", "exitCode");
        Canon.Add("allocation.id", allocationId);
        Canon.Add("workload.exit_code", members.Integer("exitCode", int.MinValue, int.MaxValue));
        var nodeId = http.NodeId();
        using var span = Spans.Start("api.nodes.workload_exited");
        var origin = Origin.Current(CorrelationId.Current);
        await store.WriteAsync(async tx =>
        {
            using var outbox = Spans.Start("api.outbox.write");
            await Workloads.ExitedAsync(tx, nodeId, allocationId, origin);
        });
        return Results.NoContent();
    }
}
