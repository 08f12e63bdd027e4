namespace OrionPlatform.Store;

public partial class WriteTransaction
{
    /// <summary>
    /// The answer that this request got before, or null when it is new. Call it first, then do the work, then <see cref="RememberAsync"/>,
    /// all in one <see cref="DomainStore.WriteAsync{T}"/>: writes run one after another, so no second request with the key can be in
    /// flight between the two, and there is no such state to get stuck in.
    /// </summary>
    /// <exception cref="IdempotencyKeyReusedException">The key belongs to a different request.</exception>
    public Task<RememberedResponse?> TryReplayAsync(IdempotentRequest request) => throw new NotSupportedException();

    /// <summary>Remembers the answer for 24 h, in the same transaction as its effects. A write that throws remembers nothing: refusals may be tried again with the same key.</summary>
    public Task RememberAsync(IdempotentRequest request, RememberedResponse response) => throw new NotSupportedException();
}
