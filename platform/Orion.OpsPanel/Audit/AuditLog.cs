using System.Text.Json;
using Microsoft.Extensions.Logging;
using Orion.Sink.Audit;
using Orion.Store;
using Orion.Store.Idempotency;
using Orion.Store.Jobs;
using Orion.Store.Journal;
using Orion.Store.OpsAccess;
using Orion.Telemetry.Audit;

namespace Orion.OpsPanel.Audit;

/// <summary>
/// Every act on the panel: one audit entry, committed with the act, and one log line, once it is. The entry's action is the line's event
/// name. Session ids are opaque and no secret; tokens and cookies never appear.
/// </summary>
internal sealed partial class AuditLog(AuditEntries entries, AuditTrail trail, ILogger<AuditLog> logger)
{
    private const string SignedIn = "signed_in";
    private const string SignedOut = "signed_out";

    /// <summary>The entry of a sign-in, for its transaction.</summary>
    public Task AddLoginAsync(WriteTransaction tx, OpsSession session, string client) => AddAsync(tx, Entry(
        "ops.login", session, new { session.Name, role = session.Role ?? "none", client },
        ("status_from", SignedOut), ("status_to", SignedIn)));

    /// <summary>The entry of a sign-out, for its transaction.</summary>
    public Task AddLogoutAsync(WriteTransaction tx, OpsSession session) =>
        AddAsync(tx, Entry("ops.logout", session, null, ("status_from", SignedIn), ("status_to", SignedOut)));

    /// <summary>The entry of a login link that is made, for its transaction.</summary>
    public Task AddLinkCreatedAsync(WriteTransaction tx, OpsSession by, string name, string role) =>
        AddAsync(tx, Entry("ops.link_created", by, new { name, role }, ("status_to", "redeemable"), ("new_value", role)));

    /// <summary>The entry of a session that is ended, for its transaction.</summary>
    public Task AddSessionEndedAsync(WriteTransaction tx, OpsSession by, string ended, string? reason = null) =>
        AddAsync(tx, Entry("ops.session_ended", by, new { ended }, ("status_from", SignedIn), ("status_to", "ended"), ("reason", reason)));

    /// <summary>The entry of a dead job that is redriven, for its transaction.</summary>
    public Task AddJobRedrivenAsync(WriteTransaction tx, OpsSession by, string job) =>
        AddAsync(tx, Entry("ops.job_redriven", by, new { job }, ("status_from", "dead"), ("status_to", "ready")));

    /// <summary>The entry of a note on an alert, for its transaction, which is the telemetry store's.</summary>
    public AuditEntry AlertNote(OpsSession by, string alert, string before, string after) =>
        entries.Complete(Entry("ops.alert_noted", by, new { alert }, ("status_from", before), ("status_to", after)));

    public Task LoginRefusedAsync(string client, string reason)
    {
        LineLoginRefused(client, reason);
        return trail.RefusedAsync(Entry("ops.login_refused", null, new { client }, ("reason", reason)));
    }

    public Task ForbiddenAsync(OpsSession session, string method, string path)
    {
        var role = session.Role ?? "none";
        LineForbidden(session.Id, role, method, path);
        return trail.RefusedAsync(Entry("ops.forbidden", session, new { role, method, path }, ("error_code", "forbidden")));
    }

    public Task ForgeryRefusedAsync(string method, string path, string client)
    {
        LineForgeryRefused(method, path, client);
        return trail.RefusedAsync(Entry("ops.forgery_refused", null, new { method, path, client }));
    }

    [LoggerMessage(
        1, LogLevel.Information,
        "Login to the panel: session {Session} of {Name} as {Role} from {Client}",
        EventName = "ops.login")]
    public partial void LoggedIn(string session, string name, string role, string client);

    [LoggerMessage(3, LogLevel.Information, "Logout from the panel: session {Session}", EventName = "ops.logout")]
    public partial void LoggedOut(string session);

    [LoggerMessage(4, LogLevel.Information, "Login link made for {Name} as {Role} by session {Session}", EventName = "ops.link_created")]
    public partial void LinkCreated(string session, string name, string role);

    [LoggerMessage(5, LogLevel.Information, "Panel session {Ended} ended by session {Session}", EventName = "ops.session_ended")]
    public partial void SessionEnded(string session, string ended);

    [LoggerMessage(8, LogLevel.Information, "Alert {Alert} {Act} by session {Session}", EventName = "ops.alert_noted")]
    public partial void AlertNoted(string session, string alert, string act);

    [LoggerMessage(9, LogLevel.Information, "Dead job {Job} redriven by session {Session}", EventName = "ops.job_redriven")]
    public partial void JobRedriven(string session, string job);

    private Task AddAsync(WriteTransaction tx, AuditEntry entry) => tx.AppendAuditEntryAsync(entries.Text(entry));

    private static AuditEntry Entry(
        string action, OpsSession? by, object? parameters, params (string Key, string? Value)[] metadata) => new()
        {
            Component = "ops-panel",
            Action = action,
            User = by?.Name,
            Session = by?.Id,
            Parameters = parameters is null ? null : JsonSerializer.Serialize(parameters, JsonSerializerOptions.Web),
            Metadata = AuditMetadata.Of(metadata),
        };

    [LoggerMessage(2, LogLevel.Warning, "Login to the panel refused from {Client}: {Reason}", EventName = "ops.login_refused")]
    private partial void LineLoginRefused(string client, string reason);

    [LoggerMessage(
        6, LogLevel.Warning,
        "Panel access refused: session {Session} as {Role} to {Method} {Path}",
        EventName = "ops.forbidden")]
    private partial void LineForbidden(string session, string role, string method, string path);

    [LoggerMessage(7, LogLevel.Warning, "Panel act refused as a forgery: {Method} {Path} from {Client}", EventName = "ops.forgery_refused")]
    private partial void LineForgeryRefused(string method, string path, string client);
}
