using Orion.Sink;
using Orion.Store;
using Orion.Store.Journal;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Correlation;
using Orion.Telemetry.Tracing;
using OrionPlatform.Domain;

namespace OrionPlatform.Api;

/// <summary>
/// <c>POST /node/v1/heartbeat</c>: the agent says that it lives, what it offers and what it runs; the answer says which workloads it should
/// start again and which are no longer its own.
/// </summary>
internal static class NodeHeartbeat
{
    private const int MaxRunning = 4096;

    internal static async Task<IResult> HandleAsync(HttpContext http, DomainStore store, TelemetryWriter telemetry, TelemetrySink sink,
        TimeProvider time)
    {
        using var body = await JsonBody.ReadAsync(http);
        var members = new JsonMembers(body.Root, "", "name", "slots", "runtimes", "running", "process", "exports");
        var offer = NodeOfferBody.Read(members);
        var running = members.Texts("running", MaxRunning, 67, Shapes.Id(), "an allocation's id");
        var beat = ProcessFigures.Read(members, offer.Name, time.GetUtcNow());
        var exports = ExportFigures.Read(members);
        telemetry.Record(beat);
        sink.Record(beat.Worker, $"{beat.Pid}@{beat.StartedAt:O}", exports);

        var nodeId = http.NodeId();
        var origin = Origin.Current(CorrelationId.Current);
        using var span = Spans.Start("api.nodes.seen");
        var desired = await store.WriteAsync(async tx =>
        {
            using (Spans.Start("api.outbox.write"))
            {
                // A node that was lost is told of as returned.
                await Nodes.SeenAsync(tx, nodeId, offer, origin);
            }

            return await Nodes.DesiredAsync(tx, nodeId, running);
        });
        Canon.Add("workloads.running", running.Count);
        Canon.Add("workloads.to_start", desired.Run.Count);
        Canon.Add("workloads.to_stop", desired.Stop.Count);
        return Results.Json(new Answer([.. desired.Run.Select(Workload.Of)], desired.Stop));
    }

    private sealed record Answer(IReadOnlyList<Workload> Run, IReadOnlyList<string> Stop);

    private sealed record Workload(string AllocationId, string Runtime, int Slots, string Tenant, string? TraceParent,
        string? CorrelationId)
    {
        public static Workload Of(Allocation a) => new(a.Id, a.Runtime, a.Slots, a.Tenant, a.Origin.TraceParent, a.Origin.CorrelationId);
    }
}
