using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orion.OpsPanel.Access;
using Orion.OpsPanel.Audit;
using Orion.OpsPanel.Shell;
using Orion.Sink;
using Orion.Sink.Alerts;
using Orion.Sink.Reading;
using Orion.Store.Jobs;

namespace Orion.OpsPanel.Acts;

/// <summary>What an operator may do: acknowledge or silence an alert, and give a dead job another chance.</summary>
internal sealed class ActEndpoints(
    TelemetrySink sink, TelemetryReader reader, JobQueue jobs, PanelPages pages, AuditLog audit, TimeProvider time)
{
    private const int MaxId = 300;
    private static readonly TimeSpan s_silence = TimeSpan.FromHours(1);

    public void Map(IEndpointRouteBuilder group)
    {
        group.MapPost("/acknowledge", http => NoteAlertAsync(http, null));
        group.MapPost("/silence", http => NoteAlertAsync(http, time.GetUtcNow() + s_silence));
        group.MapPost("/redrive", RedriveAsync);
    }

    /// <summary>An alert's name in a form: its rule and its subject.</summary>
    public static string AlertId(AlertRow alert) => $"{alert.Rule}:{alert.Subject}";

    private async Task NoteAlertAsync(HttpContext http, DateTimeOffset? silenceUntil)
    {
        var session = Sessions.Current(http);
        var alert = await FieldAsync(http, "alert");
        var colon = alert.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || await FindAsync(http, alert) is not { } before)
        {
            await NothingAsync(http, "alert: it is not open any more.");
            return;
        }

        var act = silenceUntil is null ? "acknowledged" : "silenced for 1 h";
        var entry = audit.AlertNote(session.Stored, alert, Status(before, time.GetUtcNow()), act);
        if (!await sink.AcknowledgeAlertAsync(before.Rule, before.Subject, session.Stored.Name, silenceUntil, entry, http.RequestAborted))
        {
            // It was open just now: either it has been resolved since, or the telemetry store takes no writes.
            if (await FindAsync(http, alert) is null)
            {
                await NothingAsync(http, "alert: it is not open any more.");
                return;
            }

            await pages.WriteAsync<MessagePage>(
                http, StatusCodes.Status503ServiceUnavailable, "Nothing done",
                ("Heading", "Nothing was done"), ("Message", "The telemetry store does not take writes at the moment. Try again."));
            return;
        }

        audit.AlertNoted(session.Id, alert, act);
        BackToOverview(http);
    }

    private async Task RedriveAsync(HttpContext http)
    {
        var job = await FieldAsync(http, "job");
        var by = Sessions.Current(http).Stored;
        if (job.Length == 0 || !await jobs.RedriveAsync(job, tx => audit.AddJobRedrivenAsync(tx, by, job), http.RequestAborted))
        {
            await NothingAsync(http, "job: it is not a dead letter any more.");
            return;
        }

        audit.JobRedriven(by.Id, job);
        BackToOverview(http);
    }

    private async Task<AlertRow?> FindAsync(HttpContext http, string alert) =>
        (await reader.AlertsAsync(openOnly: true, limit: 1_000, cancellationToken: http.RequestAborted))
            .FirstOrDefault(a => AlertId(a) == alert);

    private static string Status(AlertRow alert, DateTimeOffset now) => alert.SilencedUntil > now ? "silenced"
        : alert.AcknowledgedAt is not null ? "acknowledged"
        : alert.State == AlertState.Firing ? "firing" : "pending";

    private static async Task<string> FieldAsync(HttpContext http, string name) =>
        (await http.Request.ReadFormAsync(http.RequestAborted))[name].ToString() is { Length: <= MaxId } value ? value : "";

    private Task NothingAsync(HttpContext http, string message) => pages.WriteAsync<MessagePage>(
        http, StatusCodes.Status404NotFound, "Nothing done", ("Heading", "Nothing was done"), ("Message", message));

    private static void BackToOverview(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = PanelPath.Base(http) + "/overview";
    }
}
