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
    /// <summary>What a caller changed, committed with the change; names of metadata are <see cref="AuditMetadata"/>'s.</summary>
    public Task AddAsync(WriteTransaction tx, string action, Principal caller, params (string Key, string? Value)[] metadata) =>
        tx.AppendAuditEntryAsync(entries.Text(Entry(action, caller, metadata)));

    /// <summary>A key that is not known any more, or never was; or one whose role does not reach.</summary>
    public void KeyRefused(Principal? caller, CatalogueError error, string scope)
    {
        var entry = Entry("key.refused", caller, ("error_code", error.Code), ("request_scope", scope));
        entry.ErrorCode = error.Code;
        _ = trail.RefusedAsync(entry);
    }

    private static AuditEntry Entry(string action, Principal? caller, params (string Key, string? Value)[] metadata) => new()
    {
        Component = "api",
        Action = action,
        User = caller?.ApiKeyId,
        Tenant = caller?.TenantSlug,
        Metadata = AuditMetadata.Of(metadata),
    };

    /// <summary>Enough to tell two idempotency keys apart, without keeping what a client may have put into one.</summary>
    public static string Hash(string idempotencyKey) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)).AsSpan(0, 8));
}
