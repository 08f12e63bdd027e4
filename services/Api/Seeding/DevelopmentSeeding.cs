namespace OrionPlatform.Api;

/// <summary>
/// Gives a development database the demo tenants, and their keys to the developer. Never does anything outside Development.
/// </summary>
internal static class DevelopmentSeedingExtensions
{
    internal static void AddDevelopmentSeeding(this WebApplicationBuilder builder)
    {
        if (builder.Environment.IsDevelopment())
        {
            builder.Services.AddHostedService<DevelopmentSeeding>();
        }
    }
}

/// <inheritdoc cref="DevelopmentSeedingExtensions"/>
/// <remarks>
/// Keys are stored as hashes, so a key that is not in the file is lost: then a fresh one is made and those before it are revoked. A
/// crash between the two is mended by the next start in the same way.
/// </remarks>
internal sealed class DevelopmentSeeding(
    DomainStore store, Members members, IConfiguration configuration, ILogger<DevelopmentSeeding> log) : IHostedService
{
    private static readonly string[] s_tenants = ["acme", "globex"];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var file = DevKeysFile.Beside(configuration);
        using var alone = await file.LockAsync(cancellationToken);
        var known = file.Read();
        var keys = new Dictionary<string, DevKey>();
        foreach (var slug in s_tenants)
        {
            keys[slug] = await EnsureAsync(slug, known.GetValueOrDefault(slug), cancellationToken);
        }

        if (keys.Any(k => known.GetValueOrDefault(k.Key) != k.Value))
        {
            file.Write(keys);
            log.LogInformation("The keys of {Tenants} are in {File}.", string.Join(" and ", s_tenants), file.Path);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<DevKey> EnsureAsync(string slug, DevKey? known, CancellationToken cancellationToken)
    {
        var tenant = await members.EnsureTenantAsync(slug, cancellationToken: cancellationToken);
        if (tenant.ApiKey is not null)
        {
            return new DevKey(tenant.ApiKey, tenant.ProjectId);
        }

        if (known?.ApiKey is not null && await members.AuthenticateAsync(known.ApiKey, cancellationToken) is { } principal
            && principal.TenantId == tenant.TenantId)
        {
            return new DevKey(known.ApiKey, tenant.ProjectId);
        }

        var lost = await store.ReadAsync(
            tx => tx.QueryAsync<string>(
                "SELECT id FROM api_keys WHERE tenant_id = @tenant_id AND revoked_at IS NULL", new { tenant.TenantId }),
            cancellationToken);
        var fresh = await members.CreateApiKeyAsync(tenant.TenantId, "admin", cancellationToken);
        foreach (var id in lost)
        {
            await members.RevokeApiKeyAsync(id, cancellationToken);
        }

        log.LogWarning("The key of {Tenant} was lost: made a new one and revoked {Count} before it.", slug, lost.Count);
        return new DevKey(fresh, tenant.ProjectId);
    }
}
