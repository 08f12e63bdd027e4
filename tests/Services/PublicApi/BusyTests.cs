using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>Of a SQLite store. When too many writes wait, a caller is told to come again, and nothing was done.</summary>
[Trait("Store", "once")]
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

        using var request = Calls.Post(AnySlice.Body);
        using var refused = await acme.SendAsync(request);
        free.Set();
        await Task.WhenAll(holding, waiting);

        await Calls.IsProblemAsync(refused, 503, "store_busy");
        Assert.NotNull(refused.Headers.RetryAfter?.Delta);
        Assert.Equal(0, await StoredAsync(api));
    }

    [Fact]
    public async Task A_database_that_another_process_holds_refuses_says_so_on_health_and_serves_again_when_it_is_free()
    {
        await using var api = await ApiUnderTest.StartAsync(settings: "--Orion:Store:BusyTimeout=00:00:01");
        var acme = api.Tenant("acme");
        using (new HeldDatabase(Path.Combine(api.Folder, "store.db")))
        {
            var refused = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
            {
                using var request = Calls.Post(AnySlice.Body);
                return await acme.SendAsync(request);
            }));
            foreach (var answer in refused)
            {
                await Calls.IsProblemAsync(answer, 503, "store_busy");
                Assert.NotNull(answer.Headers.RetryAfter?.Delta);
                answer.Dispose();
            }

            Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, await HealthAsync());

            // Readers are not held up.
            using var list = await acme.GetAsync(new Uri(AnySlice.Path, UriKind.Relative));
            Assert.Equal(System.Net.HttpStatusCode.OK, list.StatusCode);
        }

        await Eventually.TrueAsync(async () => await HealthAsync() == System.Net.HttpStatusCode.OK, "health has recovered");
        await acme.AddAnyAsync();

        async Task<System.Net.HttpStatusCode> HealthAsync()
        {
            using var health = await acme.GetAsync(new Uri("/health", UriKind.Relative));
            return health.StatusCode;
        }
    }

    [Fact]
    public async Task A_database_that_cannot_grow_refuses_says_so_on_health_and_serves_again_when_it_can()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var acme = api.Tenant("acme");
        await api.Store.WriteAsync(tx => tx.ExecuteAsync("PRAGMA max_page_count = 1"));

        // The pages that are there have some room left.
        HttpResponseMessage answer;
        var accepted = -1;
        do
        {
            accepted++;
            using var request = Calls.Post(AnySlice.Body);
            answer = await acme.SendAsync(request);
        }
        while (answer.IsSuccessStatusCode && accepted < 1_000);

        await Calls.IsProblemAsync(answer, 503, "store_failed");
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
        using var health = await acme.GetAsync(new Uri("/health", UriKind.Relative));
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, health.StatusCode);

        await api.Store.WriteAsync(tx => tx.ExecuteAsync("PRAGMA max_page_count = 1000000"));
        using var again = Calls.Post(AnySlice.Body);
        using var served = await acme.SendAsync(again);
        Assert.Equal(System.Net.HttpStatusCode.Created, served.StatusCode);
        Assert.Equal(accepted + 1, await StoredAsync(api));
    }

    private static Task<int> StoredAsync(ApiUnderTest api) =>
        api.Store.ReadAsync(tx => tx.QuerySingleOrDefaultAsync<int>("SELECT count(*) FROM " + AnySlice.Path));
}
