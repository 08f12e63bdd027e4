using NBomber.Contracts;
using NBomber.CSharp;
using Orion.LoadTesting;

namespace OrionPlatform.LoadTests.Scenarios;

/// <summary>What the gate loads the platform with.</summary>
internal static class AllocationScenarios
{
    // Each iteration of the mix makes five calls.
    private const int Calls = 5;
    private static readonly TimeSpan s_keysWithin = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<PlannedScenario>> CreateAsync(LoadRun run, CancellationToken stop)
    {
        var keys = await DevKeys.ReadAsync(DevKeys.FileOf(run), s_keysWithin, stop);
        var tenants = keys.Select(key => new AllocationApi(run.Http, key)).ToList();
        return [Mix(run, tenants), AllocationLifecycle.Create(run, tenants[^1])];
    }

    /// <summary>What tenants do all day: ask for an allocation, look at it, look at all, try a stranger's project, release it.</summary>
    private static PlannedScenario Mix(LoadRun run, List<AllocationApi> tenants) => run
        .Scenario("allocations", async context =>
        {
            // One tenant of several makes most of the calls, as in life.
            var index = context.Random.NextDouble() < 0.8 ? 0 : context.Random.Next(tenants.Count);
            var (tenant, stranger) = (tenants[index], tenants[(index + 1) % tenants.Count]);

            var created = await run.CallAsync("create allocation", context, tenant.CreateAsync);
            if (created.IsError)
            {
                return created;
            }

            var id = created.Payload.Value.Id;
            var read = await run.CallAsync("get allocation", context, () => tenant.GetAsync(id));
            var list = await run.CallAsync("list allocations", context, tenant.ListAsync);
            var denied = tenants.Count > 1
                ? await run.CallAsync("list a stranger's project", context, () => tenant.ListForeignAsync(stranger.ProjectId))
                : list;
            var released = await run.CallAsync("release allocation", context, () => tenant.ReleaseAsync(id));
            return new IResponse[] { read, list, denied, released }.FirstOrDefault(r => r.IsError) ?? Response.Ok();
        })

        // A failed read must not keep the allocation from being released.
        .WithRestartIterationOnFail(false)
        .WithThresholds(Threshold.Create("create allocation", step => step.Ok.Request.Count > 0 && step.Fail.Request.Percent < 5))
        .Inject(run.Rate, TimeSpan.FromSeconds(Calls), run.Duration);
}
