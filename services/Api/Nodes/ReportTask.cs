using Orion.Store;
using Orion.Store.Journal;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Correlation;
using Orion.Telemetry.Errors;
using Orion.Telemetry.Tracing;
using OrionPlatform.Domain;

namespace OrionPlatform.Api;

/// <summary>
/// <c>POST /node/v1/tasks/{taskId}/result</c>: how a task ended. The same report again gets the same answer and changes nothing.
/// </summary>
internal static class ReportTask
{
    private static readonly string[] s_outcomes =
        [TaskReport.Started, TaskReport.Stopped, FailureReason.RuntimeUnknown, FailureReason.StartFailed];

    internal static async Task<IResult> HandleAsync(HttpContext http, string taskId, DomainStore store)
    {
        using var body = await JsonBody.ReadAsync(http);
        var members = new JsonMembers(body.Root, "", "fencingToken", "outcome");
        var outcome = members.Text("outcome", 64);
        if (!s_outcomes.Contains(outcome, StringComparer.Ordinal))
        {
            throw RefusedException.Invalid($"'outcome' must be one of {string.Join(", ", s_outcomes)}.");
        }

        var report = new TaskReport(taskId, members.Integer("fencingToken", 1, long.MaxValue), outcome);
        var nodeId = http.NodeId();
        Canon.Add("node.task", taskId);
        Canon.Add("node.task.outcome", outcome);
        using var span = Spans.Start("api.nodes.report");
        var origin = Origin.Current(CorrelationId.Current);
        var result = await store.WriteAsync(async tx =>
        {
            using var outbox = Spans.Start("api.outbox.write");
            return await NodeTasks.ReportAsync(tx, nodeId, report, origin);
        });
        return result switch
        {
            ReportResult.Accepted or ReportResult.Repeated => Results.NoContent(),
            ReportResult.LeaseLost => throw new RefusedException(ErrorCatalogue.LeaseLost),
            _ => throw new RefusedException(ErrorCatalogue.NotFound),
        };
    }
}
