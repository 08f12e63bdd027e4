using NBomber.CSharp;
using Orion.LoadTesting.Gate;
using Orion.LoadTesting.Measuring;
using Orion.LoadTesting.Running;

namespace Orion.LoadTesting.Tests.Embedded;

/// <summary>
/// The test of an honest load generator (wrk2's): a server that freezes for 1.4 s answers few calls slowly, but keeps many waiting. Counted
/// from the intended start both SLOs are broken; by service time, as most generators count, both hold.
/// </summary>
public sealed class FreezeTests
{
    [Fact]
    public async Task A_server_that_freezes_fails_both_gates_although_its_service_times_would_pass()
    {
        await using var server = await FreezingServer.StartAsync(atRequest: 150, length: TimeSpan.FromSeconds(1.4));
        using var http = TargetClient.To(server.Url, Examples.Timeout);
        var measurement = new Measurement(Examples.Timeout, Examples.All);
        var scenario = Scenario
            .Create("freeze", async context =>
            {
                measurement.IterationStarted(context);
                return await measurement.CallAsync("call", context, async () =>
                {
                    using var response = await http.GetAsync(new Uri("", UriKind.Relative));
                    return response.IsSuccessStatusCode ? Response.Ok() : Response.Fail();
                });
            })
            .WithoutWarmUp()
            .WithLoadSimulations(Simulation.Inject(120, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4)));

        // Two connections, as a generator that waits for its answers would have.
        NBomberRunner.RegisterScenarios(scenario with { MaxInFlight = 2 }).WithoutReports().Run();

        // How busy this machine is, is not the question here.
        var run = measurement.ToRun(Examples.Planned("freeze", 480)) with { Lag = new Histogram() };
        var honest = SloGate.Judge(run, Examples.All, []);
        Assert.Equal(Outcome.Fail, honest.Verdicts.Single(v => v.Name == Examples.P95.Name).Outcome);
        Assert.Equal(Outcome.Fail, honest.Verdicts.Single(v => v.Name == Examples.P99.Name).Outcome);
        Assert.True(run.WaitedForCopy > 100, $"{run.WaitedForCopy} starts waited");

        var service = run.All.Service;
        Assert.All((LatencyObjective[])[Examples.P95, Examples.P99], slo =>
            Assert.True(service.Count - service.AtOrAbove(slo.LimitMicros) >= Histogram.Rank(slo.Percentile, service.Count), slo.Name));
    }
}
