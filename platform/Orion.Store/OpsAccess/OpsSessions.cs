using Orion.Store.Idempotency;
using Orion.Store.Jobs;
using Orion.Store.Journal;
using Orion.Store.Sql;

namespace Orion.Store.OpsAccess;

/// <summary>Login tokens and sessions of the ops panel.</summary>
public sealed partial class OpsSessions
{
    /// <summary>A session ends after this long without a request: 8 h.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromHours(8);

    /// <summary>A session ends this long after its start, whatever happens: 24 h.</summary>
    public static readonly TimeSpan AbsoluteTimeout = TimeSpan.FromHours(24);

    // A session that is in use is written once in this long, not at every request.
    private static readonly TimeSpan s_seenStep = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_unusedTokensAreKept = TimeSpan.FromDays(7);

    private const int MinTokenLength = 16;
    private const int MaxTokenLength = 256;
    private const string Live = "secret_hash = @hash AND created_at > @oldest_start AND last_seen_at > @oldest_sight";

    private readonly DomainStore _store;

    /// <summary>The sessions of that store.</summary>
    public OpsSessions(DomainStore store) => _store = store;

    /// <summary>
    /// Makes a login token: 256 random bits, valid once and until <paramref name="validFor"/> has passed; shown once, stored as SHA-256.
    /// </summary>
    /// <param name="name">Who will sign in with it, for audit entries.</param>
    /// <param name="role"><c>viewer</c>, <c>operator</c>, <c>admin</c>, or null for a sign-in without a role.</param>
    /// <param name="validFor">How long it can be redeemed.</param>
    /// <param name="also">What else is to be in its transaction.</param>
    /// <param name="cancellationToken">Cancels before it is made.</param>
    /// <exception cref="ArgumentException">No such role, or no name.</exception>
    public async Task<string> CreateLoginTokenAsync(
        string name, string? role, TimeSpan validFor, Func<WriteTransaction, Task>? also = null,
        CancellationToken cancellationToken = default)
    {
        var token = Secrets.New();
        await StoreLoginTokenAsync(token, name, role, validFor, also, cancellationToken);
        return token;
    }

    /// <summary>
    /// Makes sure that a token chosen elsewhere (AppHost hands one to the api at start) can be redeemed, unless it has been already.
    /// Extends its validity when it waits still.
    /// </summary>
    /// <exception cref="ArgumentException">No such role, no name, or a token of fewer than 16 or more than 256 characters.</exception>
    public Task EnsureLoginTokenAsync(
        string token, string name, string? role, TimeSpan validFor, CancellationToken cancellationToken = default) =>
        StoreLoginTokenAsync(token, name, role, validFor, also: null, cancellationToken);

    private Task StoreLoginTokenAsync(
        string token, string name, string? role, TimeSpan validFor, Func<WriteTransaction, Task>? also, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(validFor, TimeSpan.Zero);
        if (role is not (null or "viewer" or "operator" or "admin"))
        {
            throw new ArgumentException($"'{role}' is no role; there are viewer, operator and admin.", nameof(role));
        }

        if (token is not { Length: >= MinTokenLength and <= MaxTokenLength })
        {
            throw new ArgumentException($"A login token has {MinTokenLength} to {MaxTokenLength} characters.", nameof(token));
        }

        return _store.WriteAsync(
            async tx =>
            {
                await tx.ExecuteAsync(
                    """
                    INSERT INTO ops_login_tokens (token_hash, name, role, created_at, expires_at)
                    VALUES (@hash, @name, @role, @now, @expires_at)
                    ON CONFLICT (token_hash) DO UPDATE SET name = excluded.name, role = excluded.role, expires_at = excluded.expires_at
                    WHERE ops_login_tokens.used_at IS NULL
                    """,
                    new { Hash = Secrets.Hash(token), name, role, tx.Now, ExpiresAt = tx.Now + validFor });
                await (also?.Invoke(tx) ?? Task.CompletedTask);
            },
            cancellationToken);
    }

    /// <summary>
    /// Redeems a login token, once: of two callers at the same moment one gets a session. Null for an unknown, used or expired token.
    /// </summary>
    /// <param name="token">The token.</param>
    /// <param name="also">What else is to be in the transaction of a session that is made.</param>
    /// <param name="cancellationToken">Cancels before it is redeemed.</param>
    public Task<OpsSignIn?> RedeemAsync(
        string token, Func<WriteTransaction, OpsSession, Task>? also = null, CancellationToken cancellationToken = default)
    {
        if (token is not { Length: >= MinTokenLength and <= MaxTokenLength })
        {
            return Task.FromResult<OpsSignIn?>(null);
        }

        return _store.WriteAsync<OpsSignIn?>(
            async tx =>
            {
                await ForgetOldAsync(tx);
                var granted = await tx.QuerySingleOrDefaultAsync<Grant>(
                    "UPDATE ops_login_tokens SET used_at = @now "
                    + "WHERE token_hash = @hash AND used_at IS NULL AND expires_at > @now RETURNING name, role",
                    new { Hash = Secrets.Hash(token), tx.Now });
                if (granted is null)
                {
                    return null;
                }

                var secret = Secrets.New();
                var session =
                    new OpsSession(Ids.New("os", tx.Now), granted.Name, granted.Role, tx.Now, tx.Now + AbsoluteTimeout, null, null);
                await tx.ExecuteAsync(
                    "INSERT INTO ops_sessions (secret_hash, id, name, role, created_at, last_seen_at) "
                    + "VALUES (@hash, @id, @name, @role, @now, @now)",
                    new { Hash = Secrets.Hash(secret), session.Id, session.Name, session.Role, tx.Now });
                await (also?.Invoke(tx, session) ?? Task.CompletedTask);
                return new OpsSignIn(secret, session);
            },
            cancellationToken);
    }

    /// <summary>The live session behind a cookie's secret, or null; keeps it from idling out.</summary>
    public async Task<OpsSession?> AuthenticateAsync(string secret, CancellationToken cancellationToken = default)
    {
        if (secret is not { Length: >= MinTokenLength and <= MaxTokenLength })
        {
            return null;
        }

        var (found, now) = await _store.ReadAsync(
            async tx => (await tx.QuerySingleOrDefaultAsync<SessionRow>(
                $"SELECT {Columns} FROM ops_sessions WHERE {Live}", Of(secret, tx.Now)), tx.Now),
            cancellationToken);
        if (found is null)
        {
            return null;
        }

        if (now - found.LastSeenAt >= s_seenStep)
        {
            // Conditions again: the session may have ended since it was read.
            var seen = await _store.WriteAsync(
                tx => tx.ExecuteAsync($"UPDATE ops_sessions SET last_seen_at = @now WHERE {Live}", Of(secret, tx.Now)), cancellationToken);
            if (seen == 0)
            {
                return null;
            }
        }

        return Session(found);
    }

    /// <summary>Ends a session; no check that starts after this completes accepts it.</summary>
    public Task EndAsync(string secret, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return _store.WriteAsync(tx =>
            tx.ExecuteAsync("DELETE FROM ops_sessions WHERE secret_hash = @hash", new { Hash = Secrets.Hash(secret) }), cancellationToken);
    }

    /// <summary>
    /// Stores which tab is active and its parameters; read back in <see cref="OpsSession"/>. False when the session has ended.
    /// </summary>
    /// <exception cref="ArgumentException">A tab of more than 64 or parameters of more than 2,000 characters.</exception>
    public Task<bool> SetTabAsync(string secret, string tab, string? parameters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(secret);
        ArgumentException.ThrowIfNullOrWhiteSpace(tab);
        if (tab.Length > 64 || parameters?.Length > 2000)
        {
            throw new ArgumentException("A tab has at most 64 characters, its parameters at most 2,000.", nameof(parameters));
        }

        return _store.WriteAsync(
            async tx =>
            {
                var (hash, oldestStart, oldestSight, now) = Of(secret, tx.Now);
                return await tx.ExecuteAsync(
                    $"UPDATE ops_sessions SET tab = @tab, tab_parameters = @parameters, last_seen_at = @now WHERE {Live}",
                    new { tab, parameters, hash, oldestStart, oldestSight, now }) == 1;
            },
            cancellationToken);
    }

    private static LiveSession Of(string secret, DateTimeOffset now) =>
        new(Secrets.Hash(secret), now - AbsoluteTimeout, now - IdleTimeout, now);

    // Both tables are small: rows come by a person's sign-in.
    private static async Task ForgetOldAsync(WriteTransaction tx)
    {
        await tx.ExecuteAsync(
            "DELETE FROM ops_sessions WHERE created_at <= @oldest_start OR last_seen_at <= @oldest_sight",
            new { OldestStart = tx.Now - AbsoluteTimeout, OldestSight = tx.Now - IdleTimeout });
        await tx.ExecuteAsync(
            "DELETE FROM ops_login_tokens WHERE used_at IS NULL AND expires_at <= @oldest",
            new { Oldest = tx.Now - s_unusedTokensAreKept });
    }

    private sealed record LiveSession(byte[] Hash, DateTimeOffset OldestStart, DateTimeOffset OldestSight, DateTimeOffset Now);

    private sealed record Grant(string Name, string? Role);

    private sealed record SessionRow(string Id, string Name, string? Role, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, string? Tab,
        string? TabParameters);
}
