using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orion.Store;
using Orion.Store.Journal;
using OrionPlatform.Api;
using OrionPlatform.Domain;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>Silence counts only while someone listens.</summary>
public sealed class NodeWatchTests
{
    [Fact]
    public async Task A_node_is_lost_after_its_silence_and_never_because_the_platform_was_away()
    {
        using var domain = new DomainUnderTest();
        var (time, store) = (domain.Time, domain.Store);
        await store.WriteAsync(tx => Nodes.RegisterAsync(tx, new NodeOffer("n1", 1, ["sleeper"])));
        time.Advance(TimeSpan.FromHours(1));

        var listensSince = time.GetUtcNow();
        using var watch = new NodeWatch(store, Options.Create(new NodeWatchOptions()), time, NullLogger<NodeWatch>.Instance);
        await watch.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return (await NodeAsync(store)).LostAt is not null;
            },
            "the node is lost");
        await watch.StopAsync(CancellationToken.None);

        Assert.True((await NodeAsync(store)).LostAt - listensSince >= new NodeWatchOptions().LostAfter);
        await store.WriteAsync(async tx =>
            await Nodes.SeenAsync(tx, (await Nodes.ListAsync(tx))[0].Id, new NodeOffer("n1", 1, ["sleeper"])));
        Assert.Null((await NodeAsync(store)).LostAt);
    }

    private static async Task<NodeView> NodeAsync(DomainStore store) => Assert.Single(await store.ReadAsync(Nodes.ListAsync));
}
