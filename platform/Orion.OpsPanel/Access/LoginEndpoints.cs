using System.Globalization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orion.OpsPanel.Audit;
using Orion.OpsPanel.Shell;
using Orion.Store;
using Orion.Store.Idempotency;
using Orion.Store.Jobs;
using Orion.Store.Journal;
using Orion.Store.OpsAccess;
using Orion.Telemetry.Requests;

namespace Orion.OpsPanel.Access;

/// <summary>Signing in with a one-time token, and signing out.</summary>
internal sealed class LoginEndpoints(OpsSessions store, Sessions sessions, FailedAuthentications failures, PanelPages pages, AuditLog audit)
{
    private const string Door = "panel";

    public void Map(IEndpointRouteBuilder group)
    {
        // GET alone, so that HEAD (mail scanners, link checkers) never uses a token up.
        group.MapMethods("/login", [HttpMethods.Get], http => LoginAsync(http, http.Request.Query["t"])).AllowAnonymous();
        group.MapMethods("/login", [HttpMethods.Head], http => pages.WriteAsync<LoginPage>(http, StatusCodes.Status200OK, "Sign in"))
            .AllowAnonymous();
        group.MapPost("/login", async http => await LoginAsync(http, (await http.Request.ReadFormAsync(http.RequestAborted))["t"]))
            .AllowAnonymous();

        // Whoever is signed in may sign out, also without a role.
        group.MapPost("/logout", LogoutAsync)
            .RequireAuthorization(p => p.AddAuthenticationSchemes(PanelAuthentication.Scheme).RequireAuthenticatedUser());
    }

    private async Task LoginAsync(HttpContext http, string? token)
    {
        if (string.IsNullOrWhiteSpace(token))
        {
            await pages.WriteAsync<LoginPage>(http, StatusCodes.Status200OK, "Sign in");
            return;
        }

        // Before the token is looked at: that costs a write.
        var (client, address) = (ActGuard.Client(http), http.Connection.RemoteIpAddress);
        if (failures.Wait(Door, address) > TimeSpan.Zero)
        {
            await SlowDownAsync(http, failures.Failed(Door, address));
            return;
        }

        Task AddEntryAsync(WriteTransaction tx, OpsSession made) => audit.AddLoginAsync(tx, made, client);
        if (token.Length > 200 || await store.RedeemAsync(token.Trim(), AddEntryAsync, http.RequestAborted) is not { } signIn)
        {
            if (failures.Failed(Door, address) is { Ticks: > 0 } wait)
            {
                await SlowDownAsync(http, wait);
                return;
            }

            await audit.LoginRefusedAsync(client, "unknown, used or expired token");
            await RefuseAsync(
                http,
                StatusCodes.Status401Unauthorized,
                "Its token is unknown, has been used already, or is too old. Every link works once.");
            return;
        }

        await sessions.SignInAsync(http, signIn);
        audit.LoggedIn(signIn.Session.Id, signIn.Session.Name, signIn.Session.Role ?? "none", client);
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = PanelPath.Base(http) + "/";
    }

    // No audit entry: the failures before it have theirs, and a flood must not hide those of others.
    private Task SlowDownAsync(HttpContext http, TimeSpan wait)
    {
        var seconds = FailedAuthentications.Seconds(wait);
        http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return RefuseAsync(http, StatusCodes.Status429TooManyRequests, $"Too many tokens from here were wrong. Try again in {seconds} s.");
    }

    private async Task LogoutAsync(HttpContext http)
    {
        var session = Sessions.Current(http);
        await sessions.EndAsync(session.Id, tx => audit.AddLogoutAsync(tx, session.Stored), CancellationToken.None);
        await http.SignOutAsync(PanelAuthentication.Scheme);
        audit.LoggedOut(session.Id);
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = PanelPath.Base(http) + "/login";
    }

    private Task RefuseAsync(HttpContext http, int status, string problem) =>
        pages.WriteAsync<LoginPage>(http, status, "Sign in", ("Problem", problem));
}
