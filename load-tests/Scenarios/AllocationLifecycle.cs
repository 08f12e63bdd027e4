using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using NBomber.Contracts;
using NBomber.CSharp;
using Orion.LoadTesting;

namespace OrionPlatform.LoadTests.Scenarios;

/// <summary>
/// One allocation a second is followed until it is active, then released: how long the platform takes from a request to its effect.
/// </summary>
internal static class AllocationLifecycle
{
    private static readonly TimeSpan s_activeWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);

    public static PlannedScenario Create(LoadRun run, AllocationApi tenant) => run
        .Scenario("allocation lifecycle", async context =>
        {
            var created = await run.CallAsync("create allocation", context, tenant.CreateAsync);
            if (created.IsError)
            {
                return created;
            }

            var id = created.Payload.Value.Id;
            var took = await FollowAsync(id, tenant, run, context);
            run.EndToEnd("allocation create -> active, by the platform's clock", context, took);
            var released = await run.CallAsync("release allocation", context, () => tenant.ReleaseAsync(id));
            return took is null
                ? Response.Fail(statusCode: "not active", message: $"{id} was not active within {s_activeWithin.TotalSeconds:0} s")
                : released;
        })
        .WithRestartIterationOnFail(false)
        .Inject(1, TimeSpan.FromSeconds(1), run.Duration);

    /// <summary>
    /// By the times the platform itself stored, so that looking only now and then does not blur it. Null when it never was active.
    /// </summary>
    private static async Task<TimeSpan?> FollowAsync(string id, AllocationApi tenant, LoadRun run, IScenarioContext context)
    {
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < s_activeWithin; await Task.Delay(s_look))
        {
            var read = await run.CallAsync("get allocation", context, () => tenant.GetAsync(id));
            if (!read.IsError && read.Payload.Value is var allocation)
            {
                switch (allocation.State)
                {
                    case "active":
                        return allocation.UpdatedAt - allocation.CreatedAt;
                    case "failed":
                        return null;
                }
            }
        }

        return null;
    }
}
