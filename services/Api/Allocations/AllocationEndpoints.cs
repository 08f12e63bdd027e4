using Microsoft.AspNetCore.Mvc;
using Orion.Sink.Rows;

namespace OrionPlatform.Api;

/// <summary>A project's allocations, as their owners see them.</summary>
internal static class AllocationEndpoints
{
    public const string Route = "/v1/projects/{projectId}/allocations";
    private const int DefaultPage = 50;

    internal static void AddAllocations(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<LiveAllocation>();
        builder.Services.AddSingleton<AllocationAudit>();
    }

    internal static void MapAllocations(this IEndpointRouteBuilder app)
    {
        var group = app.MapProject("allocations").WithTags("Allocations");
        group.MapPost("", CreateAsync).WithName("CreateAllocation").RequireAuthorization(ApiPolicies.Write).RequireIdempotencyKey()
            .Produces<AllocationResponse>(StatusCodes.Status201Created);
        group.MapGet("", ListAsync).WithName("ListAllocations").RequireAuthorization(ApiPolicies.Read).RefuseUnknownQuery();
        group.MapGet("{id}", GetAsync).WithName("GetAllocation").RequireAuthorization(ApiPolicies.Read)
            .Refuses(ErrorCodes.AllocationNotFound);
        group.MapGet("{id}/live", (HttpContext http, string projectId, string id, LiveAllocation live) =>
            live.HandleAsync(http, projectId, id))
            .WithName("WatchAllocation").WithMetadata(new SurfaceAttribute(CanonicalLine.Live)).RequireAuthorization(ApiPolicies.Read)
            .Produces<string>(contentType: "text/event-stream").Produces(StatusCodes.Status204NoContent)
            .Refuses(ErrorCodes.AllocationNotFound, ErrorCatalogue.TooManyStreams);
        group.MapDelete("{id}", ReleaseAsync).WithName("ReleaseAllocation").RequireAuthorization(ApiPolicies.Write)
            .Refuses(ErrorCodes.AllocationNotFound);
    }

    /// <summary>An allocation as the public API shows it.</summary>
    internal static AllocationResponse ToResponse(Allocation a) =>
        new(a.Id, a.ProjectId, a.Runtime, a.Slots, a.State, a.Reason, a.NodeId, a.CreatedAt, a.UpdatedAt);

    // The row, its journal fact, its audit entry, the job and the answer to be repeated are one transaction.
    private static async Task<IResult> CreateAsync(
        HttpContext http, string projectId, CreateAllocationRequest asked, DomainStore store, AllocationAudit audit,
        TelemetryWriter telemetry)
    {
        using var span = Spans.Start("api.allocations.request");
        var caller = http.Caller();
        var request = new AllocationRequest
        {
            TenantId = caller.TenantId,
            Tenant = caller.TenantSlug,
            ProjectId = projectId,
            Runtime = asked.Runtime,
            Slots = asked.Slots,
        };
        var result = await store.WriteOnceAsync(http, async tx =>
        {
            var allocation = await Domain.Allocations.RequestAsync(tx, request);
            await audit.AddAllocationRequestedAsync(tx, caller, allocation, http.Request.Headers[Idempotency.Header]!);
            return TypedResults.Created($"/v1/projects/{projectId}/allocations/{allocation.Id}", ToResponse(allocation));
        });
        Canon.Add("allocation.id", result.Answer.Headers["Location"].Split('/')[^1]);
        if (!result.IsReplay)
        {
            telemetry.Track(
                "allocation_requested", caller.ApiKeyId, caller.TenantSlug, new("runtime", asked.Runtime), new("slots", (long)asked.Slots));
        }

        return result;
    }

    private static async Task<Ok<AllocationPage>> ListAsync(
        string projectId, [AsParameters] AllocationQuery query, DomainStore store, CancellationToken cancellationToken)
    {
        var limit = query.Limit ?? DefaultPage;
        var found = await store.ReadAsync(
            tx => Domain.Allocations.ListAsync(tx, projectId, query.State, query.After, limit + 1), cancellationToken);
        var page = found.Take(limit).Select(ToResponse).ToList();
        return TypedResults.Ok(new AllocationPage(page, found.Count > limit ? page[^1].Id : null));
    }

    private static async Task<Ok<AllocationResponse>> GetAsync(
        string projectId, string id, DomainStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(Found(await store.ReadAsync(tx => Domain.Allocations.FindAsync(tx, projectId, id), cancellationToken)));

    private static async Task<Accepted<AllocationResponse>> ReleaseAsync(
        HttpContext http, string projectId, string id, DomainStore store, AllocationAudit audit)
    {
        Canon.Add("allocation.id", id);
        using var span = Spans.Start("api.allocations.release");

        // Not cancelled with the request: whether it took effect must not depend on who waits for the answer.
        var allocation = await store.WriteAsync(
            async tx =>
            {
                var before = await Domain.Allocations.FindAsync(tx, projectId, id);
                var after = await Domain.Allocations.BeginReleaseAsync(tx, projectId, id);
                if (before is not null && after is not null && after.State != before.State)
                {
                    await audit.AddReleaseRequestedAsync(tx, http.Caller(), before, after);
                }

                return after;
            },
            CancellationToken.None);
        return TypedResults.Accepted((string?)null, Found(allocation));
    }

    private static AllocationResponse Found(Allocation? allocation) =>
        ToResponse(allocation ?? throw new ProblemException(ErrorCodes.AllocationNotFound));
}

/// <summary>Which allocations, and how many of them at a time.</summary>
public sealed record AllocationQuery
{
    /// <summary>At most this many; 50 when not given.</summary>
    [FromQuery(Name = "limit"), Range(1, 200)]
    public int? Limit { get; init; }

    /// <summary>The <c>next</c> of the page before.</summary>
    [FromQuery(Name = "after"), RegularExpression(Shapes.Id)]
    public string? After { get; init; }

    /// <summary>Only those in this state.</summary>
    [FromQuery(Name = "state")]
    [AllowedValues(
        null, AllocationState.Requested, AllocationState.Provisioning, AllocationState.Active, AllocationState.Releasing,
        AllocationState.Released, AllocationState.Failed)]
    public string? State { get; init; }
}
