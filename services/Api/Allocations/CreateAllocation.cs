using System.Text.Json;
using Orion.Store;
using Orion.Store.Idempotency;
using Orion.Store.Journal;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Correlation;
using Orion.Telemetry.Errors;
using Orion.Telemetry.Tracing;
using OrionPlatform.Domain;

namespace OrionPlatform.Api;

/// <summary><c>POST</c>: the row, its journal fact, its audit entry, the job and the answer to be repeated are one transaction.</summary>
internal static class CreateAllocation
{
    internal static async Task HandleAsync(HttpContext http, string projectId, DomainStore store, ApiAudit audit, TelemetryWriter telemetry)
    {
        var caller = http.Caller();
        var key = IdempotencyKey(http);
        using var body = await JsonBody.ReadAsync(http);
        var asked = Read(body, caller, projectId);
        var request = new IdempotentRequest
        {
            TenantId = caller.TenantId,
            PrincipalId = caller.ApiKeyId,
            Method = http.Request.Method,
            Route = AllocationEndpoints.Route,
            Key = key,
            Fingerprint = RequestFingerprint.Of(http.Request.Path + http.Request.QueryString, body.Bytes),
        };

        // Not cancelled with the request: the client that went away will ask again with its key and get this answer.
        var (answer, replayed) = await WriteAsync(
            store, request, asked, (tx, allocation) => audit.AddAllocationRequestedAsync(tx, caller, allocation, key));
        if (!replayed)
        {
            telemetry.Track("allocation_requested", caller.ApiKeyId, caller.TenantSlug, new("runtime", asked.Runtime),
                new("slots", (long)asked.Slots));
        }

        await AnswerAsync(http, answer, replayed);
    }

    private static async Task<(RememberedResponse Answer, bool Replayed)> WriteAsync(
        DomainStore store, IdempotentRequest request, AllocationRequest asked, Func<WriteTransaction, Allocation, Task> addAuditEntryAsync)
    {
        using var span = Spans.Start("api.allocations.request");
        var origin = Origin.Current(CorrelationId.Current);
        return await store.WriteAsync(async tx =>
        {
            if (await tx.TryReplayAsync(request) is { } before)
            {
                return (before, true);
            }

            var allocation = await Domain.Allocations.RequestAsync(tx, asked, origin);
            var answer = Answer(allocation);
            using var outbox = Spans.Start("api.outbox.write");
            await Domain.Allocations.AnnounceAsync(tx, allocation, origin);
            await addAuditEntryAsync(tx, allocation);
            await tx.RememberAsync(request, answer);
            return (answer, false);
        });
    }

    private static AllocationRequest Read(JsonBody body, Principal caller, string projectId)
    {
        var members = new JsonMembers(body.Root, "", "runtime", "slots");
        return new AllocationRequest
        {
            TenantId = caller.TenantId,
            Tenant = caller.TenantSlug,
            ProjectId = projectId,
            Runtime = members.Text("runtime", Shapes.RuntimeMaxLength, Shapes.Runtime(), Shapes.RuntimeShape),
            Slots = (int)members.Integer("slots", 1, 64),
        };
    }

    private static string IdempotencyKey(HttpContext http) => http.Request.Headers["Idempotency-Key"] switch
    {
        { Count: 0 } => throw new RefusedException(ErrorCatalogue.IdempotencyKeyRequired),
        { Count: 1 } one when Shapes.IdempotencyKey().IsMatch(one[0]!) => one[0]!,
        _ => throw new RefusedException(ErrorCatalogue.IdempotencyKeyInvalid, "Send it once, with 1 to 255 printable ASCII characters and no space."),
    };

    private static RememberedResponse Answer(Allocation allocation) => new(
        StatusCodes.Status201Created,
        new Dictionary<string, string>
        {
            ["Content-Type"] = "application/json; charset=utf-8",
            ["Location"] = $"/v1/projects/{allocation.ProjectId}/allocations/{allocation.Id}",
        },
        JsonSerializer.SerializeToUtf8Bytes(AllocationView.Of(allocation), JsonSerializerOptions.Web));

    private static string IdOf(RememberedResponse answer) =>
        answer.Headers["Location"][(answer.Headers["Location"].LastIndexOf('/') + 1)..];

    private static async Task AnswerAsync(HttpContext http, RememberedResponse answer, bool replayed)
    {
        http.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            http.Response.Headers[name] = value;
        }

        if (replayed)
        {
            http.Response.Headers["Idempotency-Replayed"] = "true";
        }

        Canon.Add("idempotency.replayed", replayed);
        Canon.Add("allocation.id", IdOf(answer));
        http.Response.ContentLength = answer.Body.Length;
        await http.Response.Body.WriteAsync(answer.Body, http.RequestAborted);
    }
}
