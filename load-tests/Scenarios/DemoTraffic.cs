using NBomber.Contracts;
using NBomber.CSharp;
using Orion.LoadTesting;

namespace OrionPlatform.LoadTests.Scenarios;

/// <summary>
/// Two or three calls a second for as long as the platform runs, so that the panel shows life: mostly reads, a few allocations that come
/// and go, now and then a mistake.
/// </summary>
internal static class DemoTraffic
{
    private const int AliveAtMost = 3;

    // The api may start after the traffic.
    private static readonly TimeSpan s_keysWithin = TimeSpan.FromMinutes(2);

    public static async Task<IReadOnlyList<ScenarioProps>> CreateAsync(LoadRun run, CancellationToken stop)
    {
        var file = Path.GetFullPath(DevKeys.FileOf(run));
        var keys = await DevKeys.ReadAsync(file, s_keysWithin, stop);
        string AliveOf(TenantKey key) => Path.Combine(Path.GetDirectoryName(file)!, $"demo-traffic-{key.Tenant}.txt");
        return [Create(run, [.. keys.Select(key => new DemoTenant(new(run.Http, key), new(AliveOf(key))))])];
    }

    private static ScenarioProps Create(LoadRun run, List<DemoTenant> tenants) => run
        .Scenario("demo traffic", context =>
            CallAsync(tenants[context.Random.Next(tenants.Count)], context.Random.NextDouble()))

        // It outlives restarts of the api, so failures never stop it.
        .WithMaxFailCount(int.MaxValue)
        .WithLoadSimulations(Simulation.InjectRandom(1, 4, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)));

    private static async Task<IResponse> CallAsync(DemoTenant tenant, double dice) => dice switch
    {
        < 0.01 => await tenant.Api.CreateWrongAsync(),
        < 0.05 => await tenant.Api.GetUnknownAsync(),
        < 0.15 when tenant.Alive.Count < AliveAtMost => await CreateAsync(tenant),
        < 0.22 when tenant.Alive.Oldest is { } id => await ReleaseAsync(tenant, id),
        < 0.65 when tenant.Alive.Oldest is { } id => await tenant.Api.GetAsync(id),
        _ => await tenant.Api.ListAsync(),
    };

    private static async Task<IResponse> CreateAsync(DemoTenant tenant)
    {
        var created = await tenant.Api.CreateAsync();
        if (!created.IsError)
        {
            tenant.Alive.Add(created.Payload.Value.Id);
        }

        return created;
    }

    private static async Task<IResponse> ReleaseAsync(DemoTenant tenant, string id)
    {
        var released = await tenant.Api.ReleaseAsync(id);

        // Gone, or never to be released (another data folder's): either way it is not ours anymore. Without an answer it is tried again.
        if (!released.IsError || released.StatusCode is "404" or "409")
        {
            tenant.Alive.Remove(id);
        }

        return released;
    }
}

/// <summary>A tenant and the allocations the demo holds for it.</summary>
internal sealed record DemoTenant(AllocationApi Api, DemoAllocations Alive);
