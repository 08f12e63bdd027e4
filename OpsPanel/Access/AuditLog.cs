using Microsoft.Extensions.Logging;

namespace OrionPlatform.OpsPanel;

/// <summary>One log line for every act on the panel, with stable event names. Session ids are opaque and no secret; tokens and cookies never appear.</summary>
internal sealed partial class AuditLog(ILogger<AuditLog> logger)
{
    [LoggerMessage(1, LogLevel.Information, "Login to the panel: session {Session} of {Name} as {Role} from {Client}", EventName = "ops.login")]
    public partial void Login(string session, string name, string role, string client);

    [LoggerMessage(2, LogLevel.Warning, "Login to the panel refused from {Client}: {Reason}", EventName = "ops.login_refused")]
    public partial void LoginRefused(string client, string reason);

    [LoggerMessage(3, LogLevel.Information, "Logout from the panel: session {Session}", EventName = "ops.logout")]
    public partial void Logout(string session);

    [LoggerMessage(4, LogLevel.Information, "Login link made for {Name} as {Role} by session {Session}", EventName = "ops.link_created")]
    public partial void LinkCreated(string session, string name, string role);

    [LoggerMessage(5, LogLevel.Information, "Panel session {Ended} ended by session {Session}", EventName = "ops.session_ended")]
    public partial void SessionEnded(string session, string ended);

    [LoggerMessage(6, LogLevel.Warning, "Panel access refused: session {Session} as {Role} to {Method} {Path}", EventName = "ops.forbidden")]
    public partial void Forbidden(string session, string role, string method, string path);

    [LoggerMessage(7, LogLevel.Warning, "Panel act refused as a forgery: {Method} {Path} from {Client}", EventName = "ops.forgery_refused")]
    public partial void ForgeryRefused(string method, string path, string client);

    [LoggerMessage(8, LogLevel.Information, "Alert {Alert} {Act} by session {Session}", EventName = "ops.alert_noted")]
    public partial void AlertNoted(string session, string alert, string act);

    [LoggerMessage(9, LogLevel.Information, "Dead job {Job} redriven by session {Session}", EventName = "ops.job_redriven")]
    public partial void JobRedriven(string session, string job);
}
