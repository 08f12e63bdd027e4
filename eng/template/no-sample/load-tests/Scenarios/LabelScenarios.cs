using NBomber.Contracts;
using NBomber.CSharp;
using Orion.LoadTesting;

namespace OrionPlatform.LoadTests.Scenarios;

/// <summary>What the gate loads the platform with.</summary>
internal static class LabelScenarios
{
    // Each iteration makes four calls.
    private const int Calls = 4;
    private static readonly TimeSpan s_keysWithin = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<PlannedScenario>> CreateAsync(LoadRun run, CancellationToken stop)
    {
        var keys = await DevKeys.ReadAsync(DevKeys.FileOf(run), s_keysWithin, stop);
        return [Mix(run, keys.Select(key => new LabelApi(run.Http, key)).ToList())];
    }

    /// <summary>What tenants do all day: add a label, look at it, look at all, try a stranger's project.</summary>
    private static PlannedScenario Mix(LoadRun run, List<LabelApi> tenants) => run
        .Scenario("labels", async context =>
        {
            // One tenant of several makes most of the calls, as in life.
            var index = context.Random.NextDouble() < 0.8 ? 0 : context.Random.Next(tenants.Count);
            var (tenant, stranger) = (tenants[index], tenants[(index + 1) % tenants.Count]);

            var added = await run.CallAsync("add label", context, tenant.AddAsync);
            if (added.IsError)
            {
                return added;
            }

            var read = await run.CallAsync("get label", context, () => tenant.GetAsync(added.Payload.Value.Id));
            var list = await run.CallAsync("list labels", context, tenant.ListAsync);
            var denied = tenants.Count > 1
                ? await run.CallAsync("list a stranger's project", context, () => tenant.ListForeignAsync(stranger.ProjectId))
                : list;
            return new IResponse[] { read, list, denied }.FirstOrDefault(r => r.IsError) ?? Response.Ok();
        })
        .WithThresholds(Threshold.Create("add label", step => step.Ok.Request.Count > 0 && step.Fail.Request.Percent < 5))
        .Inject(run.Rate, TimeSpan.FromSeconds(Calls), run.Duration);
}
