namespace OrionPlatform.Api;

/// <summary>A project's labels: the slice to copy. docs/first-slice.md builds one like it, file by file.</summary>
internal static class LabelEndpoints
{
    internal static void MapLabels(this IEndpointRouteBuilder app)
    {
        var group = app.MapProject("labels").WithTags("Labels");
        group.MapPost("", AddAsync).WithName("AddLabel").RequireAuthorization(ApiPolicies.Write).RequireIdempotencyKey()
            .Produces<LabelResponse>(StatusCodes.Status201Created);
        group.MapGet("", ListAsync).WithName("ListLabels").RequireAuthorization(ApiPolicies.Read).RefuseUnknownQuery();
        group.MapGet("{id}", GetAsync).WithName("GetLabel").RequireAuthorization(ApiPolicies.Read).Refuses(ErrorCodes.LabelNotFound);
    }

    // The row, its fact, its audit entry, the job and the answer to be repeated are one transaction.
    private static async Task<IResult> AddAsync(
        HttpContext http, string projectId, AddLabelRequest asked, DomainStore store, ApiAudit audit)
    {
        using var span = Spans.Start("api.labels.add");
        var caller = http.Caller();
        return await store.WriteOnceAsync(http, async tx =>
        {
            var label = await Label.AddAsync(tx, projectId, asked.Name);
            await audit.AddAsync(
                tx, "label.added", caller,
                ("new_value", label.Id), ("idempotency_key_hash", ApiAudit.Hash(http.Request.Headers[Idempotency.Header]!)));
            return TypedResults.Created($"/v1/projects/{projectId}/labels/{label.Id}", ToResponse(label));
        });
    }

    private static async Task<Ok<LabelList>> ListAsync(string projectId, DomainStore store, CancellationToken cancellationToken)
    {
        var labels = await store.ReadAsync(tx => Label.ListAsync(tx, projectId), cancellationToken);
        return TypedResults.Ok(new LabelList([.. labels.Select(ToResponse)]));
    }

    private static async Task<Ok<LabelResponse>> GetAsync(
        string projectId, string id, DomainStore store, CancellationToken cancellationToken) =>
        await store.ReadAsync(tx => Label.FindAsync(tx, projectId, id), cancellationToken) is { } label
            ? TypedResults.Ok(ToResponse(label))
            : throw new ProblemException(ErrorCodes.LabelNotFound);

    private static LabelResponse ToResponse(Label l) => new(l.Id, l.ProjectId, l.Name, l.Slug, l.CreatedAt);
}
