using NBomber.Contracts;
using NBomber.CSharp;
using Orion.LoadTesting;

namespace OrionPlatform.LoadTests.Scenarios;

/// <summary>
/// Two or three calls a second for as long as the platform runs, so that the panel shows life: mostly reads, now and then a label, and now
/// and then a mistake.
/// </summary>
internal static class DemoTraffic
{
    // The api may start after the traffic.
    private static readonly TimeSpan s_keysWithin = TimeSpan.FromMinutes(2);

    public static async Task<IReadOnlyList<ScenarioProps>> CreateAsync(LoadRun run, CancellationToken stop)
    {
        var keys = await DevKeys.ReadAsync(DevKeys.FileOf(run), s_keysWithin, stop);
        return [Create(run, [.. keys.Select(key => new LabelApi(run.Http, key))])];
    }

    private static ScenarioProps Create(LoadRun run, List<LabelApi> tenants) => run
        .Scenario("demo traffic", context => CallAsync(tenants, context.Random.Next(tenants.Count), context.Random.NextDouble()))

        // It outlives restarts of the api, so failures never stop it.
        .WithMaxFailCount(int.MaxValue)
        .WithLoadSimulations(Simulation.InjectRandom(1, 4, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)));

    private static async Task<IResponse> CallAsync(List<LabelApi> tenants, int index, double dice) => dice switch
    {
        < 0.01 => await tenants[index].AddWrongAsync(),
        < 0.05 when tenants.Count > 1 => await tenants[index].ListForeignAsync(tenants[(index + 1) % tenants.Count].ProjectId),
        < 0.1 => await tenants[index].AddAsync(),
        _ => await tenants[index].ListAsync(),
    };
}
