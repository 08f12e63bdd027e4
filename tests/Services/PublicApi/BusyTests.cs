using OrionPlatform.Store;

namespace OrionPlatform.Services.Tests;

/// <summary>When too many writes wait, a caller is told to come again, and nothing was done.</summary>
public sealed class BusyTests
{
    [Fact]
    public async Task A_full_queue_of_writes_refuses_with_the_time_to_wait()
    {
        await using var api = await ApiUnderTest.StartAsync(settings: "--Orion:Store:MaxQueue=1");
        var acme = api.Tenant("acme");
        using var began = new ManualResetEventSlim();
        using var free = new ManualResetEventSlim();
        var holding = api.Store.WriteAsync(_ =>
        {
            began.Set();
            free.Wait();
            return Task.CompletedTask;
        });
        began.Wait();
        var waiting = api.Store.WriteAsync(_ => Task.CompletedTask);

        using var request = Calls.Post("""{"runtime":"sleeper","slots":1}""");
        using var refused = await acme.SendAsync(request);
        free.Set();
        await Task.WhenAll(holding, waiting);

        await Calls.IsProblemAsync(refused, 503, "store_busy");
        Assert.NotNull(refused.Headers.RetryAfter?.Delta);
        Assert.Empty(await api.Store.ReadAsync(tx => Allocations.ListAsync(tx, api.ProjectOf("acme"), null, null, 10)));
    }
}
