using OrionPlatform.Domain;

namespace OrionPlatform.Services.Tests;

public sealed class MembersTests
{
    [Fact]
    public async Task A_tenant_is_made_once_and_its_key_is_shown_once()
    {
        await using var db = new DomainUnderTest();
        var members = new Members(db.Store);
        var made = await members.EnsureTenantAsync("acme");
        var found = await members.EnsureTenantAsync("acme");

        Assert.StartsWith("ok_", made.ApiKey, StringComparison.Ordinal);
        Assert.Equal(made with { ApiKey = null }, found);
        var principal = await members.AuthenticateAsync(made.ApiKey!);
        Assert.Equal((made.TenantId, "acme", "admin"), (principal!.TenantId, principal.TenantSlug, principal.Role));
        Assert.True(await members.CanUseProjectAsync(principal, made.ProjectId));
    }

    [Fact]
    public async Task Processes_that_make_the_same_tenant_at_once_make_one()
    {
        await using var one = new DomainUnderTest();
        await using var two = one.Beside();
        var made = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => new Members((i % 2 == 0 ? one : two).Store).EnsureTenantAsync("acme")));

        Assert.Single(made, m => m.ApiKey is not null);
        Assert.Single(made.Select(m => (m.TenantId, m.ProjectId)).Distinct());
    }

    [Fact]
    public async Task A_project_of_another_tenant_is_not_usable()
    {
        await using var db = new DomainUnderTest();
        var members = new Members(db.Store);
        var acme = await members.EnsureTenantAsync("acme");
        var globex = await members.EnsureTenantAsync("globex");
        var principal = (await members.AuthenticateAsync(acme.ApiKey!))!;

        for (var cold = 0; cold < 2; cold++)
        {
            Assert.False(await members.CanUseProjectAsync(principal, globex.ProjectId));
            Assert.False(await members.CanUseProjectAsync(principal, "pr_unknown"));
            Assert.False(await members.CanUseProjectAsync(principal, new string('x', 10_000)));
        }
    }

    [Fact]
    public async Task Keys_that_are_unknown_malformed_or_have_another_secret_are_refused()
    {
        await using var db = new DomainUnderTest();
        var members = new Members(db.Store);
        var key = (await members.EnsureTenantAsync("acme")).ApiKey!;
        Assert.NotNull(await members.AuthenticateAsync(key));
        var forged = key[..^1] + (key[^1] == 'A' ? 'B' : 'A');

        string[] keys = ["", "ok_", key + "x", key[1..], forged, "ok_" + new string('0', 32) + key[35..], key.ToUpperInvariant()];
        foreach (var wrong in keys)
        {
            Assert.Null(await members.AuthenticateAsync(wrong));
        }
    }

    [Fact]
    public async Task A_revoked_key_is_refused_by_every_process_from_then_on()
    {
        await using var api = new DomainUnderTest();
        await using var admin = api.Beside();
        var (here, there) = (new Members(api.Store), new Members(admin.Store));
        var tenant = await here.EnsureTenantAsync("acme");
        var principal = (await here.AuthenticateAsync(tenant.ApiKey!))!;
        Assert.True(await here.CanUseProjectAsync(principal, tenant.ProjectId));
        await there.RevokeApiKeyAsync(principal.ApiKeyId);

        Assert.Null(await here.AuthenticateAsync(tenant.ApiKey!));
        Assert.False(await here.CanUseProjectAsync(principal, tenant.ProjectId));
    }

    [Fact]
    public async Task A_change_of_role_and_a_new_project_are_seen_at_once()
    {
        await using var db = new DomainUnderTest();
        var members = new Members(db.Store);
        var tenant = await members.EnsureTenantAsync("acme");
        var key = await members.CreateApiKeyAsync(tenant.TenantId, "viewer");
        var principal = (await members.AuthenticateAsync(key))!;
        Assert.Equal("viewer", principal.Role);

        Assert.True(await members.SetRoleAsync(principal.ApiKeyId, "member"));
        Assert.Equal("member", (await members.AuthenticateAsync(key))!.Role);
        Assert.True(await members.CanUseProjectAsync(principal, await members.CreateProjectAsync(tenant.TenantId, "second")));
        await Assert.ThrowsAnyAsync<Exception>(() => members.SetRoleAsync(principal.ApiKeyId, "emperor"));
        Assert.Equal("member", (await members.AuthenticateAsync(key))!.Role);
    }

    [Fact]
    public async Task A_check_that_raced_a_revocation_does_not_bring_the_grant_back()
    {
        await using var db = new DomainUnderTest();
        var members = new Members(db.Store);
        var tenant = await members.EnsureTenantAsync("acme");
        var principal = (await new Members(db.Store).AuthenticateAsync(tenant.ApiKey!))!;
        var loaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var revoked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        members.Loaded = () =>
        {
            loaded.TrySetResult();
            return revoked.Task;
        };
        var racing = members.AuthenticateAsync(tenant.ApiKey!);
        await loaded.Task;
        await members.RevokeApiKeyAsync(principal.ApiKeyId);
        revoked.SetResult();
        await racing;

        Assert.Null(await members.AuthenticateAsync(tenant.ApiKey!));
        Assert.False(await members.CanUseProjectAsync(principal, tenant.ProjectId));
    }

    [Fact]
    public async Task No_check_that_starts_after_a_revocation_allows_whatever_else_goes_on()
    {
        await using var db = new DomainUnderTest();
        var members = new Members(db.Store);
        var tenant = await members.EnsureTenantAsync("acme");
        for (var round = 0; round < 20; round++)
        {
            var key = await members.CreateApiKeyAsync(tenant.TenantId, "member");
            var principal = (await members.AuthenticateAsync(key))!;
            using var stop = new CancellationTokenSource();
            var noise = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await members.AuthenticateAsync(key);
                    await members.CanUseProjectAsync(principal, tenant.ProjectId);
                }
            })).ToArray();
            await members.RevokeApiKeyAsync(principal.ApiKeyId);

            Assert.Null(await members.AuthenticateAsync(key));
            Assert.False(await members.CanUseProjectAsync(principal, tenant.ProjectId));
            await stop.CancelAsync();
            await Task.WhenAll(noise);
        }
    }

    [Fact]
    public async Task The_secret_of_a_key_is_not_in_the_database()
    {
        await using var db = new DomainUnderTest();
        var key = (await new Members(db.Store).EnsureTenantAsync("acme")).ApiKey!;
        await db.Store.DisposeAsync();

        var bytes = await db.StoredAsync();
        Assert.DoesNotContain(key[^43..], bytes, StringComparison.Ordinal);
    }
}
