using Orion.Store;
using Orion.Store.Journal;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Correlation;
using Orion.Telemetry.Tracing;
using OrionPlatform.Domain;

namespace OrionPlatform.Api;

/// <summary><c>POST /node/v1/register</c> with the join token: a new node, and its secret, this once.</summary>
internal static class RegisterNode
{
    internal static async Task<IResult> HandleAsync(HttpContext http, DomainStore store)
    {
        using var body = await JsonBody.ReadAsync(http);
        var offer = NodeOfferBody.Read(new JsonMembers(body.Root, "", "name", "slots", "runtimes"));
        using var span = Spans.Start("api.nodes.register");
        var origin = Origin.Current(CorrelationId.Current);
        var node = await store.WriteAsync(async tx =>
        {
            using var outbox = Spans.Start("api.outbox.write");
            return await Nodes.RegisterAsync(tx, offer, origin);
        });
        Canon.Add("node.id", node.NodeId);
        return Results.Json(new Answer(node.NodeId, node.Token), statusCode: StatusCodes.Status201Created);
    }

    private sealed record Answer(string NodeId, string NodeSecret);
}
