using Microsoft.AspNetCore.Http;
using OrionPlatform.ServiceDefaults;
using OrionPlatform.Store;

namespace OrionPlatform.OpsPanel;

/// <summary>The session of the request at hand.</summary>
/// <param name="Stored">The session.</param>
/// <param name="Secret">What its cookie holds.</param>
public sealed record PanelSession(OpsSession Stored, string Secret)
{
    internal string Id => Stored.Id;

    internal string Role => Stored.Role ?? "none";

    internal bool MayAct => Stored.Role is OpsRoles.Operator or OpsRoles.Admin;

    /// <summary>Token that this session's forms carry.</summary>
    internal string FormToken => SameOrigin.Token(Secret);
}

/// <summary>Sessions as the panel uses them.</summary>
internal sealed class Sessions(OpsSessions store, StreamSeats seats)
{
    private static readonly object s_key = new();

    /// <summary>The session that <see cref="SessionAuthentication"/> found; only for endpoints that demand one.</summary>
    public static PanelSession Current(HttpContext http) => Find(http) ?? throw new InvalidOperationException("The endpoint is reached without a session.");

    public static PanelSession? Find(HttpContext http) => http.Items[s_key] as PanelSession;

    public async Task<PanelSession?> AuthenticateAsync(HttpContext http)
    {
        if (SessionCookie.Read(http) is not { } secret || await store.AuthenticateAsync(secret, http.RequestAborted) is not { } stored)
        {
            return null;
        }

        var session = new PanelSession(stored, secret);
        http.Items[s_key] = session;
        return session;
    }

    /// <summary>Whether the session still stands; asking does not keep it from idling out.</summary>
    public async Task<bool> IsAliveAsync(PanelSession session, CancellationToken cancellationToken) =>
        await store.FindAsync(session.Id, cancellationToken) is not null;

    /// <summary>Ends a session and cuts its live streams off. False when there was none.</summary>
    public async Task<bool> EndAsync(string sessionId, CancellationToken cancellationToken)
    {
        var ended = await store.EndByIdAsync(sessionId, cancellationToken);
        seats.End(sessionId);
        return ended;
    }
}
