using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrionPlatform.Tests;
using OrionPlatform.Worker;

namespace OrionPlatform.Services.Tests;

/// <summary>Workers of several machines on one store.</summary>
public sealed class ManyWorkersTests
{
    [Fact]
    public async Task A_worker_that_starts_takes_back_its_own_leases_and_not_those_of_another_machines_worker_of_its_name()
    {
        using var here = new TempFolder();
        using var elsewhere = new TempFolder();
        string first, second, again;
        await using (var one = Build(here, here))
        {
            first = OwnerIn(one);
            await using var two = Build(elsewhere, here);
            second = OwnerIn(two);
        }

        await using (var restarted = Build(here, here))
        {
            again = OwnerIn(restarted);
        }

        Assert.NotEqual(first, second);
        Assert.Equal(first, again);
        await StoreDatabase.Of(here.Path).DisposeAsync();
    }

    private static WebApplication Build(TempFolder telemetry, TempFolder store) => Worker.Program.Build(
    [
        .. ApiUnderTest.Arguments(telemetry.Path), $"--ConnectionStrings:store={StoreDatabase.Of(store.Path).ConnectionString}",
    ]);

    private static string OwnerIn(WebApplication worker) =>
        worker.Services.GetServices<IHostedService>().OfType<JobRunner>().Single().Owner;
}
