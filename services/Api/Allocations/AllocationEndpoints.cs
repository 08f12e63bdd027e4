using Orion.Sink.Rows;
using Orion.Store.Journal;
using Orion.Store;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Correlation;
using Orion.Telemetry.Errors;
using Orion.Telemetry.Tracing;
using OrionPlatform.Domain;
using OrionPlatform.ServiceDefaults;

namespace OrionPlatform.Api;

/// <summary>A project's allocations, as their owners see them.</summary>
internal static class AllocationEndpoints
{
    public const string Route = "/v1/projects/{projectId}/allocations";

    internal static void MapAllocations(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup(Route).WithMetadata(new SurfaceAttribute("public")).AddEndpointFilter(ProjectAccess.CheckAsync);
        group.MapPost("", CreateAllocation.HandleAsync).RequireAuthorization(ApiPolicies.Write);
        group.MapGet("", ListAllocations.HandleAsync).RequireAuthorization(ApiPolicies.Read);
        group.MapGet("{id}", GetAsync).RequireAuthorization(ApiPolicies.Read);
        group.MapGet("{id}/live", (HttpContext http, string projectId, string id, LiveAllocation live) =>
            live.HandleAsync(http, projectId, id))
            .WithMetadata(new SurfaceAttribute(CanonicalLine.Live)).RequireAuthorization(ApiPolicies.Read);
        group.MapDelete("{id}", ReleaseAsync).RequireAuthorization(ApiPolicies.Write);
    }

    private static async Task<IResult> GetAsync(string projectId, string id, DomainStore store, CancellationToken cancellationToken) =>
        Found(await store.ReadAsync(tx => Domain.Allocations.FindAsync(tx, projectId, id), cancellationToken), StatusCodes.Status200OK);

    private static async Task<IResult> ReleaseAsync(HttpContext http, string projectId, string id, DomainStore store, ApiAudit audit)
    {
        Canon.Add("allocation.id", id);
        using var span = Spans.Start("api.allocations.release");
        var (origin, caller) = (Origin.Current(CorrelationId.Current), http.Caller());

        // Not cancelled with the request: whether it took effect must not depend on who waits for the answer.
        var allocation = await store.WriteAsync(
            async tx =>
            {
                using var outbox = Spans.Start("api.outbox.write");
                var before = await Domain.Allocations.FindAsync(tx, projectId, id);
                var after = await Domain.Allocations.BeginReleaseAsync(tx, projectId, id, origin);
                if (before is not null && after is not null && after.State != before.State)
                {
                    await audit.AddReleaseRequestedAsync(tx, caller, before, after);
                }

                return after;
            },
            CancellationToken.None);
        return Found(allocation, StatusCodes.Status202Accepted);
    }

    private static IResult Found(Allocation? allocation, int status) => allocation is null
        ? throw new RefusedException(ErrorCodes.AllocationNotFound)
        : Results.Json(AllocationView.Of(allocation), statusCode: status);
}
