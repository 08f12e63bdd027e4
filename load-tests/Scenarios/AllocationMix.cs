using NBomber.Contracts;
using NBomber.CSharp;

namespace OrionPlatform.LoadTests;

/// <summary>What tenants do all day: ask for an allocation, look at it, look at all, try a stranger's project, release it.</summary>
internal static class AllocationMix
{
    public const string Name = "allocations";

    // Each iteration makes five calls.
    private const int Calls = 5;

    public static ScenarioPlan Plan(LoadOptions options) =>
        new(Name, (long)Math.Ceiling(options.Duration.TotalSeconds * options.Rate / Calls));

    public static ScenarioProps Create(LoadOptions options, IReadOnlyList<AllocationApi> tenants, Measurement measurement) => Scenario
        .Create(Name, async context =>
        {
            measurement.IterationStarted(context);

            // One tenant of several makes most of the calls, as in life.
            var index = context.Random.NextDouble() < 0.8 ? 0 : context.Random.Next(tenants.Count);
            var (tenant, stranger) = (tenants[index], tenants[(index + 1) % tenants.Count]);

            var created = await measurement.CallAsync("create allocation", context, tenant.CreateAsync);
            if (created.IsError)
            {
                return created;
            }

            var id = created.Payload.Value.GetProperty("id").GetString()!;
            var read = await measurement.CallAsync("get allocation", context, () => tenant.GetAsync(id));
            var list = await measurement.CallAsync("list allocations", context, tenant.ListAsync);
            var denied = tenants.Count > 1 ? await measurement.CallAsync("list a stranger's project", context, () => tenant.ListForeignAsync(stranger.ProjectId)) : list;
            var released = await measurement.CallAsync("release allocation", context, () => tenant.ReleaseAsync(id));
            return new IResponse[] { read, list, denied, released }.FirstOrDefault(r => r.IsError) ?? Response.Ok();
        })

        // A failed read must not keep the allocation from being released.
        .WithRestartIterationOnFail(false)
        .WithWarmUp(options.WarmUp)
        .WithLoadSimulations(Simulation.Inject(options.Rate, TimeSpan.FromSeconds(Calls), options.Duration))
        .WithThresholds(Threshold.Create("create allocation", step => step.Ok.Request.Count > 0 && step.Fail.Request.Percent < 5));

    /// <summary>The same warm-up for every scenario; none at all when it has no length.</summary>
    public static ScenarioProps WithWarmUp(this ScenarioProps scenario, TimeSpan length) =>
        length > TimeSpan.Zero ? scenario.WithWarmUpDuration(length) : scenario.WithoutWarmUp();
}
