using Microsoft.Extensions.DependencyInjection;
using OrionPlatform.Domain;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>The demo tenants and their keys, in Development and nowhere else.</summary>
public sealed class SeedingTests
{
    [Fact]
    public async Task The_keys_file_is_private_and_stays_the_same_over_a_restart()
    {
        using var folder = new TempFolder();
        string first;
        await using (var api = await ApiUnderTest.StartAsync(folder.Path))
        {
            PrivateFiles.IsPrivate(folder.File("dev-keys.json"));
            await api.Tenant("acme").AddAnyAsync();
            first = await File.ReadAllTextAsync(folder.File("dev-keys.json"));
        }

        await using var again = await ApiUnderTest.StartAsync(folder.Path);
        Assert.Equal(first, await File.ReadAllTextAsync(folder.File("dev-keys.json")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("not json")]
    [InlineData("""{"acme":{"apiKey":"ok_wrong","projectId":"pr_1"}}""")]
    public async Task A_lost_or_spoilt_file_gets_fresh_keys_and_the_lost_ones_no_longer_open_anything(string? content)
    {
        using var folder = new TempFolder();
        string lost;
        await using (var api = await ApiUnderTest.StartAsync(folder.Path))
        {
            lost = api.DevKeys.GetProperty("acme").GetProperty("apiKey").GetString()!;
        }

        File.Delete(folder.File("dev-keys.json"));
        if (content is not null)
        {
            await File.WriteAllTextAsync(folder.File("dev-keys.json"), content);
        }

        await using var again = await ApiUnderTest.StartAsync(folder.Path);
        await again.Tenant("acme").AddAnyAsync();
        await again.Tenant("globex").AddAnyAsync();
        Assert.Null(await again.App.Services.GetRequiredService<Members>().AuthenticateAsync(lost));
    }

    [Fact]
    public async Task In_Production_nothing_is_seeded()
    {
        using var folder = new TempFolder();
        await using var api = await ApiUnderTest.StartAsync(folder.Path, "Production");
        Assert.False(File.Exists(folder.File("dev-keys.json")));
        Assert.Empty(await api.Store.ReadAsync(tx => tx.QueryAsync<string>("SELECT id FROM tenants")));
    }
}
