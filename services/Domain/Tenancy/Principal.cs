namespace OrionPlatform.Domain;

/// <summary>Who a request is, from its API key.</summary>
/// <param name="ApiKeyId">Opaque id of the key: the <c>user</c> of canonical lines.</param>
/// <param name="TenantId">The tenant the key belongs to; the only source of a request's tenant.</param>
/// <param name="TenantSlug">The tenant's short name, for telemetry (<c>acme</c>).</param>
/// <param name="Role">The key's role in its tenant: <c>viewer</c>, <c>member</c> or <c>admin</c>.</param>
public sealed record Principal(string ApiKeyId, string TenantId, string TenantSlug, string Role);

/// <summary>A tenant that <see cref="Members.EnsureTenantAsync"/> made or found.</summary>
/// <param name="TenantId">Its id (<c>tn_...</c>).</param>
/// <param name="ProjectId">Its first project (<c>pr_...</c>).</param>
/// <param name="ApiKey">The new key, or null when the tenant existed.</param>
public sealed record SeededTenant(string TenantId, string ProjectId, string? ApiKey);
