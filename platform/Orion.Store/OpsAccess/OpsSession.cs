namespace Orion.Store.OpsAccess;

/// <summary>Someone who is signed in to the ops panel.</summary>
/// <param name="Id">Opaque id for audit entries and logs; not the secret, and of no use to a thief.</param>
/// <param name="Name">Who: the name given when the login token was made.</param>
/// <param name="Role"><c>viewer</c>, <c>operator</c>, <c>admin</c>, or null: signed in, but without a role.</param>
/// <param name="CreatedAt">When the login token was redeemed.</param>
/// <param name="ExpiresAt">
/// When the session ends at the latest; it ends earlier after <see cref="OpsSessions.IdleTimeout"/> without a request.
/// </param>
/// <param name="Tab">The active tab, or null before the first choice.</param>
/// <param name="TabParameters">The tab's parameters as the panel wrote them (a query string or JSON), or null.</param>
public sealed record OpsSession(
    string Id, string Name, string? Role, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? Tab, string? TabParameters);

/// <summary>What redeeming a login token gives: the cookie's secret, shown to nobody else, and the session behind it.</summary>
/// <param name="Secret">256 random bits, base64url: the value of the session cookie. Only its SHA-256 is stored.</param>
/// <param name="Session">The session.</param>
public sealed record OpsSignIn(string Secret, OpsSession Session);
