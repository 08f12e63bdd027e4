using System.Security.Cryptography;
using System.Text.Json;
using Orion.Store.Idempotency;

namespace Orion.Store;

public partial class WriteTransaction
{
    private const string Scope =
        "tenant_id = @tenant_id AND principal_id = @principal_id AND method = @method AND route = @route AND key_hash = @key_hash";
    private const int MaxPrunedAtOnce = 50;
    private static readonly TimeSpan s_answersAreKept = TimeSpan.FromHours(24);

    /// <summary>
    /// The answer that this request got before, or null when it is new. Call it first, then do the work, then <see cref="RememberAsync"/>,
    /// all in one <see cref="DomainStore.WriteAsync{T}"/>: a write behaves as if it ran alone, so no second request with the key can be in
    /// flight between the two, and there is no such state to get stuck in.
    /// </summary>
    /// <exception cref="IdempotencyKeyReusedException">The key belongs to a different request.</exception>
    public async Task<RememberedResponse?> TryReplayAsync(IdempotentRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var row = await QuerySingleOrDefaultAsync<Remembered>(
            $"SELECT fingerprint, status, headers, body FROM idempotency_keys WHERE {Scope} AND expires_at > @now",
            new { request.TenantId, request.PrincipalId, request.Method, request.Route, KeyHash = Secrets.Hash(request.Key), Now });
        if (row is null)
        {
            return null;
        }

        return CryptographicOperations.FixedTimeEquals(row.Fingerprint, request.Fingerprint)
            ? new RememberedResponse(row.Status, JsonSerializer.Deserialize<Dictionary<string, string>>(row.Headers)!, row.Body)
            : throw Refuse(new IdempotencyKeyReusedException());
    }

    /// <summary>
    /// Remembers the answer for 24 h, in the same transaction as its effects. A write that throws remembers nothing: refusals may be tried
    /// again with the same key.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The key has an answer already: <see cref="TryReplayAsync"/> was not asked first.
    /// </exception>
    public async Task RememberAsync(IdempotentRequest request, RememberedResponse response)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(response);

        // A few with every new one keeps up with any rate without ever holding the writer.
        await ExecuteAsync(
            "DELETE FROM idempotency_keys WHERE (tenant_id, principal_id, method, route, key_hash) IN (SELECT tenant_id, principal_id, "
            + "method, route, key_hash FROM idempotency_keys WHERE expires_at <= @now ORDER BY expires_at LIMIT @most)",
            new { Now, Most = MaxPrunedAtOnce });
        var stored = await ExecuteAsync(
            """
            INSERT INTO idempotency_keys (tenant_id, principal_id, method, route, key_hash, fingerprint, status, headers, body, expires_at)
            VALUES (@tenant_id, @principal_id, @method, @route, @key_hash, @fingerprint, @status, @headers, @body, @expires_at)
            ON CONFLICT (tenant_id, principal_id, method, route, key_hash) DO UPDATE
            SET fingerprint = excluded.fingerprint, status = excluded.status,
                headers = excluded.headers, body = excluded.body, expires_at = excluded.expires_at
            WHERE idempotency_keys.expires_at <= @now
            """,
            new
            {
                request.TenantId,
                request.PrincipalId,
                request.Method,
                request.Route,
                KeyHash = Secrets.Hash(request.Key),
                request.Fingerprint,
                response.Status,
                Headers = JsonSerializer.Serialize(response.Headers),
                response.Body,
                Now,
                ExpiresAt = Now + s_answersAreKept,
            });
        if (stored != 1)
        {
            throw new InvalidOperationException("The Idempotency-Key has an answer already; ask TryReplayAsync first.");
        }
    }

    private sealed record Remembered(byte[] Fingerprint, int Status, string Headers, byte[] Body);
}
