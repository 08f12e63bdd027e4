namespace OrionPlatform.Store;

/// <summary>Login tokens and sessions of the ops panel.</summary>
public sealed class OpsSessions
{
    /// <summary>A session ends after this long without a request: 8 h.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromHours(8);

    /// <summary>A session ends this long after its start, whatever happens: 24 h.</summary>
    public static readonly TimeSpan AbsoluteTimeout = TimeSpan.FromHours(24);

    /// <summary>The sessions of that store.</summary>
    public OpsSessions(DomainStore store, TimeProvider time) => throw new NotSupportedException();

    /// <summary>Makes a login token: 256 random bits, valid once and until <paramref name="validFor"/> has passed; shown once, stored as SHA-256.</summary>
    /// <param name="name">Who will sign in with it, for audit entries.</param>
    /// <param name="role"><c>viewer</c>, <c>operator</c>, <c>admin</c>, or null for a sign-in without a role.</param>
    /// <param name="validFor">How long it can be redeemed.</param>
    /// <param name="cancellationToken">Cancels before it is made.</param>
    /// <exception cref="ArgumentException">No such role, or no name.</exception>
    public Task<string> CreateLoginTokenAsync(string name, string? role, TimeSpan validFor, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Makes sure that a token chosen elsewhere (AppHost hands one to the api at start) can be redeemed, unless it has been already. Extends its validity when it waits still.</summary>
    /// <exception cref="ArgumentException">No such role, no name, or a token of fewer than 16 characters.</exception>
    public Task EnsureLoginTokenAsync(string token, string name, string? role, TimeSpan validFor, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Redeems a login token, once: of two callers at the same moment one gets a session. Null for an unknown, used or expired token.</summary>
    public Task<OpsSignIn?> RedeemAsync(string token, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The live session behind a cookie's secret, or null; keeps it from idling out.</summary>
    public Task<OpsSession?> AuthenticateAsync(string secret, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Ends a session; no check that starts after this completes accepts it.</summary>
    public Task EndAsync(string secret, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Stores which tab is active and its parameters; read back in <see cref="OpsSession"/>. False when the session has ended.</summary>
    public Task<bool> SetTabAsync(string secret, string tab, string? parameters, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The live session of that id, or null. Unlike <see cref="AuthenticateAsync"/>, asking does not keep it from idling out.</summary>
    public Task<OpsSession?> FindAsync(string sessionId, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>All live sessions, the newest first; at most 1,000.</summary>
    public Task<IReadOnlyList<OpsSession>> ListAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Ends the session of that id, as an admin does with someone else's. False when there is none.</summary>
    public Task<bool> EndByIdAsync(string sessionId, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
