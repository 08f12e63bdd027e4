using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orion.Store;
using Orion.Store.Jobs;
using Orion.Store.OpsAccess;

namespace Orion.Store.Tests;

public sealed class HostingTests
{
    [Fact]
    public async Task A_service_gets_its_store_from_configuration_and_opens_it_before_anything_else_starts()
    {
        using var folder = new TempFolder();
        var builder = Builder(("ConnectionStrings:store", $"Data Source={folder.File("store.db")}"), ("Orion:Store:MaxBatch", "7"));
        builder.Services.AddHostedService(_ => new Witness(folder.File("store.db")));
        builder.AddDomainStore();
        using var host = builder.Build();
        await host.StartAsync();

        Assert.Equal(7, host.Services.GetRequiredService<IOptions<DomainStoreOptions>>().Value.MaxBatch);
        Assert.Empty(await host.Services.GetRequiredService<JobQueue>().DepthAsync());
        Assert.NotNull(await host.Services.GetRequiredService<OpsSessions>()
            .CreateLoginTokenAsync("Ada", "admin", TimeSpan.FromMinutes(1)));
        await host.StopAsync();
    }

    [Theory]
    [InlineData("Orion:Store:Unused", "1", "ConnectionStrings:store")]
    [InlineData("Orion:Store:MaxQueue", "0", "Orion:Store:MaxQueue")]
    [InlineData("Orion:Store:BusyTimeout", "01:00:00", "Orion:Store:BusyTimeout")]
    public async Task A_service_with_a_wrong_setting_does_not_start_and_names_the_key(string key, string value, string named)
    {
        using var folder = new TempFolder();
        var builder = Builder(
            (key, value),
            named.StartsWith("Connection", StringComparison.Ordinal)
                ? ("a", "b")
                : ("ConnectionStrings:store", $"Data Source={folder.File("store.db")}"));
        builder.AddDomainStore();
        using var host = builder.Build();

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    private static HostApplicationBuilder Builder(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        return builder;
    }

    private sealed class Witness(string database) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) =>
            File.Exists(database) ? Task.CompletedTask : throw new InvalidOperationException("The database was not open yet.");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
