using System.Security.Cryptography;
using Orion.Store.Idempotency;

namespace OrionPlatform.Domain;

/// <summary>Tenants, projects, memberships and API keys.</summary>
public sealed class Members
{
    private readonly DomainStore _store;
    private readonly AuthzCache<string, Credential> _keys;
    private readonly AuthzCache<(string TenantId, string PrincipalId, string ProjectId), bool> _projects;

    /// <summary>The members of that store.</summary>
    public Members(DomainStore store)
    {
        _store = store;
        var epochs = new AuthzEpochs(store);
        _keys = new AuthzCache<string, Credential>(store, epochs);
        _projects = new AuthzCache<(string TenantId, string PrincipalId, string ProjectId), bool>(store, epochs);
    }

    /// <summary>Where a test lets a revocation into a check.</summary>
    internal Func<Task> Loaded
    {
        set => (_keys.Loaded, _projects.Loaded) = (value, value);
    }

    /// <summary>
    /// The principal of a presented key (<c>ok_...</c>), or null. Keys are stored as SHA-256 of their secret and compared in constant time.
    /// </summary>
    public async Task<Principal?> AuthenticateAsync(string apiKey, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(apiKey);
        if (ApiKey.Parse(apiKey) is not { } key)
        {
            return null;
        }

        var credential = await _keys.GetAsync(key.Id, tx => LoadAsync(tx, key.Id), cancellationToken);
        return credential is not null && CryptographicOperations.FixedTimeEquals(credential.SecretHash, Secrets.Hash(key.Secret))
            ? credential.Principal
            : null;
    }

    /// <summary>
    /// Whether the project exists and belongs to the principal's tenant, and the principal is still a member of it. Cached; a change of the
    /// tenant's memberships, by any process, is seen by every check that starts after it was committed.
    /// </summary>
    public Task<bool> CanUseProjectAsync(Principal principal, string projectId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(principal);
        ArgumentNullException.ThrowIfNull(projectId);

        // Ids are short; a longer text is nobody's project and must not fill the cache.
        return projectId.Length > 64 ? Task.FromResult(false) : _projects.GetAsync(
            (principal.TenantId, principal.ApiKeyId, projectId),
            async tx => (principal.TenantId, await tx.QuerySingleOrDefaultAsync<bool>(
                """
                SELECT 1 FROM projects p JOIN memberships m ON m.tenant_id = p.tenant_id AND m.principal_id = @api_key_id
                WHERE p.id = @project_id AND p.tenant_id = @tenant_id
                """,
                new { projectId, principal.TenantId, principal.ApiKeyId })),
            cancellationToken);
    }

    /// <summary>
    /// Makes a tenant with one project and one API key when the slug is new; returns the ids and, only when new, the key (shown once).
    /// </summary>
    /// <param name="slug">Its name.</param>
    /// <param name="also">What else is to be in the transaction of a tenant that is made.</param>
    /// <param name="cancellationToken">Cancels before it is made.</param>
    public Task<SeededTenant> EnsureTenantAsync(
        string slug, Func<WriteTransaction, SeededTenant, Task>? also = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(slug);
        return _store.WriteAsync(
            async tx =>
            {
                var found = await tx.QuerySingleOrDefaultAsync<SeededTenant>(
                    """
                    SELECT t.id AS tenant_id, p.id AS project_id, NULL AS api_key
                    FROM tenants t JOIN projects p ON p.tenant_id = t.id WHERE t.slug = @slug ORDER BY p.created_at, p.id LIMIT 1
                    """,
                    new { slug });
                if (found is not null)
                {
                    return found;
                }

                var tenantId = Ids.New("tn", tx.Now);
                await tx.ExecuteAsync("INSERT INTO tenants (id, slug, created_at) VALUES (@tenant_id, @slug, @now)",
                    new { tenantId, slug, tx.Now });
                await tx.AppendFactAsync(new JournalFact { Type = "tenant.created", Subject = $"tenant/{tenantId}", TenantId = tenantId });
                var made = new SeededTenant(
                    tenantId, await MakeProjectAsync(tx, tenantId, "default"), await MakeKeyAsync(tx, tenantId, "admin"));
                await (also?.Invoke(tx, made) ?? Task.CompletedTask);
                return made;
            },
            cancellationToken);
    }

    /// <summary>Makes a project in a tenant; returns its id (<c>pr_...</c>).</summary>
    public Task<string> CreateProjectAsync(string tenantId, string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return _store.WriteAsync(tx => MakeProjectAsync(tx, tenantId, name), cancellationToken);
    }

    /// <summary>Makes a further key for a tenant; the secret is returned once and never again.</summary>
    public Task<string> CreateApiKeyAsync(string tenantId, string role, CancellationToken cancellationToken = default) =>
        _store.WriteAsync(tx => MakeKeyAsync(tx, tenantId, role), cancellationToken);

    /// <summary>Revokes a key; no check that starts after this completes accepts it.</summary>
    public Task RevokeApiKeyAsync(string apiKeyId, CancellationToken cancellationToken = default) => _store.WriteAsync(
        async tx =>
        {
            var tenantId = await tx.QuerySingleOrDefaultAsync<string>(
                "UPDATE api_keys SET revoked_at = @now WHERE id = @api_key_id AND revoked_at IS NULL RETURNING tenant_id",
                new { apiKeyId, tx.Now });
            if (tenantId is not null)
            {
                await tx.ExecuteAsync("DELETE FROM memberships WHERE tenant_id = @tenant_id AND principal_id = @api_key_id",
                    new { tenantId, apiKeyId });
                await tx.AppendFactAsync(
                    new JournalFact { Type = "api_key.revoked", Subject = $"api_key/{apiKeyId}", TenantId = tenantId });
            }
        },
        cancellationToken);

    /// <summary>Changes a key's role in its tenant; false when the key has no membership (any more).</summary>
    public Task<bool> SetRoleAsync(string apiKeyId, string role, CancellationToken cancellationToken = default) => _store.WriteAsync(
        async tx =>
        {
            var tenantId = await tx.QuerySingleOrDefaultAsync<string>(
                """
                UPDATE memberships SET role = @role
                WHERE principal_id = @api_key_id AND tenant_id = (SELECT tenant_id FROM api_keys WHERE id = @api_key_id) RETURNING tenant_id
                """,
                new { apiKeyId, role });
            if (tenantId is null)
            {
                return false;
            }

            await tx.AppendFactAsync(new JournalFact
            {
                Type = "membership.role_changed",
                Subject = $"api_key/{apiKeyId}",
                TenantId = tenantId,
                Data = $$"""{"role":"{{role}}"}""",
            });
            return true;
        },
        cancellationToken);

    private static async Task<(string? TenantId, Credential Value)> LoadAsync(ReadTransaction tx, string apiKeyId)
    {
        var row = await tx.QuerySingleOrDefaultAsync<KeyRow>(
            """
            SELECT k.tenant_id, k.secret_hash, t.slug, CASE WHEN k.revoked_at IS NULL THEN m.role END AS role
            FROM api_keys k JOIN tenants t ON t.id = k.tenant_id
            LEFT JOIN memberships m ON m.tenant_id = k.tenant_id AND m.principal_id = k.id
            WHERE k.id = @api_key_id
            """,
            new { apiKeyId });
        return row is null
            ? (null, new Credential([], null))
            : (row.TenantId,
                new Credential(row.SecretHash, row.Role is null ? null : new Principal(apiKeyId, row.TenantId, row.Slug, row.Role)));
    }

    private static async Task<string> MakeProjectAsync(WriteTransaction tx, string tenantId, string name)
    {
        var projectId = Ids.New("pr", tx.Now);
        await tx.ExecuteAsync(
            "INSERT INTO projects (id, tenant_id, name, created_at) VALUES (@project_id, @tenant_id, @name, @now)",
            new { projectId, tenantId, name, tx.Now });
        await tx.AppendFactAsync(new JournalFact { Type = "project.created", Subject = $"project/{projectId}", TenantId = tenantId });
        return projectId;
    }

    private static async Task<string> MakeKeyAsync(WriteTransaction tx, string tenantId, string role)
    {
        var key = ApiKey.New(tx.Now);
        await tx.ExecuteAsync(
            "INSERT INTO api_keys (id, tenant_id, secret_hash, created_at) VALUES (@id, @tenant_id, @secret_hash, @now)",
            new { key.Id, tenantId, SecretHash = Secrets.Hash(key.Secret), tx.Now });
        await tx.ExecuteAsync("INSERT INTO memberships (tenant_id, principal_id, role) VALUES (@tenant_id, @id, @role)",
            new { tenantId, key.Id, role });
        await tx.AppendFactAsync(new JournalFact { Type = "api_key.created", Subject = $"api_key/{key.Id}", TenantId = tenantId });
        return key.Reveal();
    }

    private sealed record Credential(byte[] SecretHash, Principal? Principal);

    private sealed record KeyRow(string TenantId, byte[] SecretHash, string Slug, string? Role);
}
