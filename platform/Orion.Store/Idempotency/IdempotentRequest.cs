namespace Orion.Store.Idempotency;

/// <summary>
/// A request that carries an <c>Idempotency-Key</c>: the scope in which the key is one request, and what the request says.
/// </summary>
public sealed record IdempotentRequest
{
    /// <summary>The caller's tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>The caller: an opaque id of its credential.</summary>
    public required string PrincipalId { get; init; }

    /// <summary>HTTP method.</summary>
    public required string Method { get; init; }

    /// <summary>Route template: <c>/v1/projects/{projectId}/orders</c>.</summary>
    public required string Route { get; init; }

    /// <summary>The key as the client sent it; only its SHA-256 is stored.</summary>
    public required string Key { get; init; }

    /// <summary>What the request asks for; see <see cref="RequestFingerprint.Of"/>.</summary>
    public required byte[] Fingerprint { get; init; }
}

/// <summary>An answer as it was first given, to be given again byte for byte.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Headers">Headers that belong to the answer (<c>Location</c>, <c>Content-Type</c>).</param>
/// <param name="Body">The body's bytes.</param>
public sealed record RememberedResponse(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>
/// The key was used before, in the same scope, for a request that said something else (HTTP 422, <see cref="ErrorCode"/>).
/// </summary>
public sealed class IdempotencyKeyReusedException : Exception
{
    /// <summary>The stable code that callers see.</summary>
    public const string ErrorCode = "idempotency_key_reused";

    /// <summary>With the sentence for callers.</summary>
    public IdempotencyKeyReusedException() : base("The Idempotency-Key was used before for a different request.")
    {
    }
}
