using System.Security.Cryptography;
using System.Text;
using Orion.Sink.Audit;
using Orion.Store.Idempotency;
using Orion.Store.Jobs;
using Orion.Store.Journal;
using Orion.Store.Sql;
using Orion.Telemetry.Audit;

namespace OrionPlatform.Api;

/// <summary>
/// What callers of the public API did, or were refused. The entry of a change is committed with it; an answer does not depend on telemetry.
/// </summary>
internal sealed class ApiAudit(AuditEntries entries, AuditTrail trail)
{
    public Task AddAllocationRequestedAsync(WriteTransaction tx, Principal caller, Allocation allocation, string key) => AddAsync(tx, Entry(
        "allocation.requested", caller,
        ("allocation_id", allocation.Id), ("status_to", allocation.State), ("idempotency_key_hash", Hash(key))));

    public Task AddReleaseRequestedAsync(WriteTransaction tx, Principal caller, Allocation before, Allocation after) => AddAsync(tx, Entry(
        "allocation.release_requested", caller,
        ("allocation_id", after.Id), ("status_from", before.State), ("status_to", after.State), ("node_id", after.NodeId)));

    /// <summary>A key that is not known any more, or never was; or one whose role does not reach.</summary>
    public void KeyRefused(Principal? caller, CatalogueError error, string scope)
    {
        var entry = Entry("key.refused", caller, ("error_code", error.Code), ("request_scope", scope));
        entry.ErrorCode = error.Code;
        _ = trail.RefusedAsync(entry);
    }

    private Task AddAsync(WriteTransaction tx, AuditEntry entry) => tx.AppendAuditEntryAsync(entries.Text(entry));

    private static AuditEntry Entry(string action, Principal? caller, params (string Key, string? Value)[] metadata) => new()
    {
        Component = "api",
        Action = action,
        User = caller?.ApiKeyId,
        Tenant = caller?.TenantSlug,
        Metadata = AuditMetadata.Of(metadata),
    };

    // Enough to tell two keys apart, without keeping what a client may have put into one.
    private static string Hash(string idempotencyKey) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)).AsSpan(0, 8));
}
