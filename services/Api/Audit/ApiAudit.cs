using System.Security.Cryptography;
using System.Text;
using OrionPlatform.ServiceDefaults;
using OrionPlatform.Sink;
using OrionPlatform.Store;

namespace OrionPlatform.Api;

/// <summary>
/// What callers of the public API did, or were refused. The entry follows the commit and nobody waits for it: the journal has the
/// truth, in the transaction, and an answer must not depend on telemetry.
/// </summary>
internal sealed class ApiAudit(AuditTrail trail)
{
    public void AllocationRequested(Principal caller, string allocationId, string idempotencyKey) => _ = trail.DoneAsync(Entry(
        "allocation.requested", caller, ("allocation_id", allocationId), ("status_to", AllocationState.Requested), ("idempotency_key_hash", Hash(idempotencyKey))));

    public void ReleaseRequested(Principal caller, Allocation allocation) => _ = trail.DoneAsync(Entry(
        "allocation.release_requested", caller, ("allocation_id", allocation.Id), ("status_to", allocation.State), ("node_id", allocation.NodeId)));

    /// <summary>A key that is not known any more, or never was; or one whose role does not reach.</summary>
    public void KeyRefused(Principal? caller, CatalogueError error, string scope)
    {
        var entry = Entry("key.refused", caller, ("error_code", error.Code), ("request_scope", scope));
        entry.ErrorCode = error.Code;
        _ = trail.RefusedAsync(entry);
    }

    private static AuditEntry Entry(string operation, Principal? caller, params (string Key, string? Value)[] metadata) => new()
    {
        Component = "api",
        Operation = operation,
        User = caller?.ApiKeyId,
        Tenant = caller?.TenantSlug,
        Metadata = AuditMetadata.Of(metadata),
    };

    // Enough to tell two keys apart, without keeping what a client may have put into one.
    private static string Hash(string idempotencyKey) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)).AsSpan(0, 8));
}
