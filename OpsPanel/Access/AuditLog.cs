using System.Text.Json;
using Microsoft.Extensions.Logging;
using OrionPlatform.ServiceDefaults;
using OrionPlatform.Sink;

namespace OrionPlatform.OpsPanel;

/// <summary>
/// Every act on the panel: one log line with a stable event name, and one audit entry whose operation is that name, durable before the
/// answer is written. Session ids are opaque and no secret; tokens and cookies never appear.
/// </summary>
internal sealed partial class AuditLog(AuditTrail trail, ILogger<AuditLog> logger)
{
    public Task LoginAsync(string session, string name, string role, string client)
    {
        LineLogin(session, name, role, client);
        return trail.DoneAsync(Entry("ops.login", session, new { name, role, client }));
    }

    public Task LoginRefusedAsync(string client, string reason)
    {
        LineLoginRefused(client, reason);
        return trail.RefusedAsync(Entry("ops.login_refused", null, new { client }, ("reason", reason)));
    }

    public Task LogoutAsync(string session)
    {
        LineLogout(session);
        return trail.DoneAsync(Entry("ops.logout", session, null));
    }

    public Task LinkCreatedAsync(string session, string name, string role)
    {
        LineLinkCreated(session, name, role);
        return trail.DoneAsync(Entry("ops.link_created", session, new { name, role }));
    }

    public Task SessionEndedAsync(string session, string ended)
    {
        LineSessionEnded(session, ended);
        return trail.DoneAsync(Entry("ops.session_ended", session, new { ended }));
    }

    public Task ForbiddenAsync(string session, string role, string method, string path)
    {
        LineForbidden(session, role, method, path);
        return trail.RefusedAsync(Entry("ops.forbidden", session, new { role, method, path }, ("error_code", "forbidden")));
    }

    public Task ForgeryRefusedAsync(string method, string path, string client)
    {
        LineForgeryRefused(method, path, client);
        return trail.RefusedAsync(Entry("ops.forgery_refused", null, new { method, path, client }));
    }

    public Task AlertNotedAsync(string session, string alert, string act)
    {
        LineAlertNoted(session, alert, act);
        return trail.DoneAsync(Entry("ops.alert_noted", session, new { alert }, ("status_to", act)));
    }

    public Task JobRedrivenAsync(string session, string job)
    {
        LineJobRedriven(session, job);
        return trail.DoneAsync(Entry("ops.job_redriven", session, new { job }));
    }

    private static AuditEntry Entry(string operation, string? session, object? parameters, params (string Key, string? Value)[] metadata) => new()
    {
        Component = "ops-panel",
        Operation = operation,
        Session = session,
        Parameters = parameters is null ? null : JsonSerializer.Serialize(parameters),
        Metadata = AuditMetadata.Of(metadata),
    };

    [LoggerMessage(1, LogLevel.Information, "Login to the panel: session {Session} of {Name} as {Role} from {Client}", EventName = "ops.login")]
    private partial void LineLogin(string session, string name, string role, string client);

    [LoggerMessage(2, LogLevel.Warning, "Login to the panel refused from {Client}: {Reason}", EventName = "ops.login_refused")]
    private partial void LineLoginRefused(string client, string reason);

    [LoggerMessage(3, LogLevel.Information, "Logout from the panel: session {Session}", EventName = "ops.logout")]
    private partial void LineLogout(string session);

    [LoggerMessage(4, LogLevel.Information, "Login link made for {Name} as {Role} by session {Session}", EventName = "ops.link_created")]
    private partial void LineLinkCreated(string session, string name, string role);

    [LoggerMessage(5, LogLevel.Information, "Panel session {Ended} ended by session {Session}", EventName = "ops.session_ended")]
    private partial void LineSessionEnded(string session, string ended);

    [LoggerMessage(6, LogLevel.Warning, "Panel access refused: session {Session} as {Role} to {Method} {Path}", EventName = "ops.forbidden")]
    private partial void LineForbidden(string session, string role, string method, string path);

    [LoggerMessage(7, LogLevel.Warning, "Panel act refused as a forgery: {Method} {Path} from {Client}", EventName = "ops.forgery_refused")]
    private partial void LineForgeryRefused(string method, string path, string client);

    [LoggerMessage(8, LogLevel.Information, "Alert {Alert} {Act} by session {Session}", EventName = "ops.alert_noted")]
    private partial void LineAlertNoted(string session, string alert, string act);

    [LoggerMessage(9, LogLevel.Information, "Dead job {Job} redriven by session {Session}", EventName = "ops.job_redriven")]
    private partial void LineJobRedriven(string session, string job);
}
