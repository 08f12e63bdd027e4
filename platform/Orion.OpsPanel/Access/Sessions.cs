using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orion.OpsPanel.Audit;
using Orion.Store;
using Orion.Store.Idempotency;
using Orion.Store.Jobs;
using Orion.Store.Journal;
using Orion.Store.OpsAccess;
using Orion.Telemetry.ServerSentEvents;

namespace Orion.OpsPanel.Access;

/// <summary>The session of the request at hand.</summary>
/// <param name="Stored">The session.</param>
/// <param name="Secret">The key that its cookie holds, encrypted.</param>
public sealed record PanelSession(OpsSession Stored, string Secret)
{
    internal string Id => Stored.Id;

    internal string Role => Stored.Role ?? "none";

    internal bool MayAct => Stored.Role is OpsRoles.Operator or OpsRoles.Admin;
}

/// <summary>
/// Sessions as the panel uses them, and as the tickets of its cookie. Each request asks the store anew, so that what is ended or changed
/// there counts at once.
/// </summary>
internal sealed class Sessions(OpsSessions store, StreamConcurrencyLimiter limiter, AuditLog audit) : ITicketStore
{
    private static readonly object s_key = new();

    /// <summary>The session that the cookie led to; only for endpoints that demand one.</summary>
    public static PanelSession Current(HttpContext http) =>
        Find(http) ?? throw new InvalidOperationException("The endpoint is reached without a session.");

    public static PanelSession? Find(HttpContext http) => http.Items[s_key] as PanelSession;

    /// <summary>Whether the session still stands; asking does not keep it from idling out.</summary>
    public async Task<bool> IsAliveAsync(PanelSession session, CancellationToken cancellationToken) =>
        await store.FindAsync(session.Id, cancellationToken) is not null;

    /// <summary>Ends a session and cuts its live streams off. False when there was none.</summary>
    public async Task<bool> EndAsync(string sessionId, Func<WriteTransaction, Task>? also, CancellationToken cancellationToken)
    {
        var ended = await store.EndByIdAsync(sessionId, also, cancellationToken);
        limiter.End(sessionId);
        return ended;
    }

    /// <summary>Gives the browser the session just made. A session that it had before is ended: one browser, one session.</summary>
    public async Task SignInAsync(HttpContext http, OpsSignIn signIn)
    {
        await http.AuthenticateAsync(PanelAuthentication.Scheme);
        if (Find(http) is { } before)
        {
            await EndAsync(
                before.Id, tx => audit.AddSessionEndedAsync(tx, signIn.Session, before.Id, "signed in anew"), http.RequestAborted);
        }

        // In a scope of its own, and so by a fresh handler: the one that has just read the old cookie would keep its key for the new
        // session.
        await using var scope = http.RequestServices.CreateAsyncScope();
        var authentication = scope.ServiceProvider.GetRequiredService<IAuthenticationService>();
        var ticket = Ticket(new PanelSession(signIn.Session, signIn.Secret));
        await authentication.SignInAsync(http, ticket.AuthenticationScheme, ticket.Principal, ticket.Properties);
    }

    // The session was stored when its login token was redeemed, in the same transaction.
    Task<string> ITicketStore.StoreAsync(AuthenticationTicket ticket) =>
        Task.FromResult(ticket.Properties.GetParameter<PanelSession>(nameof(PanelSession))!.Secret);

    Task ITicketStore.RenewAsync(string key, AuthenticationTicket ticket) =>
        throw new InvalidOperationException("A key belongs to one sign-in and is not renewed.");

    async Task<AuthenticationTicket?> ITicketStore.RetrieveAsync(string key) =>
        await store.AuthenticateAsync(key) is { } stored ? Ticket(new PanelSession(stored, key)) : null;

    async Task<AuthenticationTicket?> ITicketStore.RetrieveAsync(string key, HttpContext httpContext, CancellationToken cancellationToken)
    {
        if (await store.AuthenticateAsync(key, cancellationToken) is not { } stored)
        {
            return null;
        }

        var session = new PanelSession(stored, key);
        httpContext.Items[s_key] = session;
        return Ticket(session);
    }

    async Task ITicketStore.RemoveAsync(string key)
    {
        if (await store.AuthenticateAsync(key) is { } stored)
        {
            await EndAsync(stored.Id, also: null, CancellationToken.None);
        }
    }

    private static AuthenticationTicket Ticket(PanelSession session)
    {
        // Antiforgery tokens are bound to NameIdentifier: those of one session are refused in every other.
        List<Claim> claims = [new(ClaimTypes.NameIdentifier, session.Id), new(ClaimTypes.Name, session.Stored.Name)];
        if (session.Stored.Role is { } role)
        {
            claims.Add(new(ClaimTypes.Role, role));
        }

        var properties = new AuthenticationProperties();
        properties.SetParameter(nameof(PanelSession), session);
        var principal = new ClaimsPrincipal(new ClaimsIdentity(claims, PanelAuthentication.Scheme));
        return new AuthenticationTicket(principal, properties, PanelAuthentication.Scheme);
    }
}
