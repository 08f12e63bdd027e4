namespace OrionPlatform.Store;

/// <summary>Who a request is, from its API key.</summary>
/// <param name="ApiKeyId">Opaque id of the key: the <c>user</c> of canonical lines.</param>
/// <param name="TenantId">The tenant the key belongs to; the only source of a request's tenant.</param>
/// <param name="TenantSlug">The tenant's short name, for telemetry (<c>acme</c>).</param>
/// <param name="Role">The key's role in its tenant: <c>viewer</c>, <c>member</c> or <c>admin</c>.</param>
public sealed record Principal(string ApiKeyId, string TenantId, string TenantSlug, string Role);

/// <summary>Tenants, projects, memberships and API keys.</summary>
public sealed class Members
{
    /// <summary>The members of that store.</summary>
    public Members(DomainStore store, TimeProvider time) => throw new NotSupportedException();

    /// <summary>The principal of a presented key (<c>ok_...</c>), or null. Keys are stored as SHA-256 of their secret and compared in constant time.</summary>
    public Task<Principal?> AuthenticateAsync(string apiKey, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Whether the project exists and belongs to the principal's tenant. Cached; a change of the tenant's memberships is seen at once.</summary>
    public Task<bool> CanUseProjectAsync(Principal principal, string projectId, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Makes a tenant with one project and one API key when the slug is new; returns the ids and, only when new, the key (shown once).</summary>
    public Task<SeededTenant> EnsureTenantAsync(string slug, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Makes a further key for a tenant; the secret is returned once and never again.</summary>
    public Task<string> CreateApiKeyAsync(string tenantId, string role, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Revokes a key; no check that starts after this completes accepts it.</summary>
    public Task RevokeApiKeyAsync(string apiKeyId, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}

/// <summary>A tenant that <see cref="Members.EnsureTenantAsync"/> made or found.</summary>
/// <param name="TenantId">Its id (<c>tn_...</c>).</param>
/// <param name="ProjectId">Its first project (<c>pr_...</c>).</param>
/// <param name="ApiKey">The new key, or null when the tenant existed.</param>
public sealed record SeededTenant(string TenantId, string ProjectId, string? ApiKey);
