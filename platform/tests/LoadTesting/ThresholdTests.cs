using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;
using Orion.LoadTesting.Gate;
using Orion.LoadTesting.Measuring;

namespace Orion.LoadTesting.Tests;

/// <summary>Conditions as they are written for NBomber 6, where they are expression trees: what compiles here compiles there.</summary>
public sealed class ThresholdTests
{
    [Fact]
    public void Conditions_read_final_statistics_of_scenarios_and_steps()
    {
        var stats = Run(
            Threshold.Create(s => s.Ok.Request.Count == 20),
            Threshold.Create(s => s.Fail.Request.Count * 1000L < s.AllRequestCount),
            Threshold.Create(s => s.StepStats.Get("step").Ok.Latency.Percent99 < 60_000),
            Threshold.Create(s => s.Fail.StatusCodes.Exists("200") == false && s.StepStats.Exists("step")),
            Threshold.Create("step", step => step.Ok.StatusCodes.Get("200").Percent >= 95),
            Threshold.Create("step", step =>
                step.Ok.DataTransfer.Percent95 <= 10, abortWhenErrorCount: 5, startCheckAfter: TimeSpan.FromSeconds(10)));

        Assert.All(stats.Thresholds, t => Assert.False(t.IsFailed, t.CheckExpression + " " + t.ExceptionMsg));
        Assert.Equal(6, stats.Thresholds.Length);
        Assert.Equal(20, stats.ScenarioStats.Get("calls").AllOkCount);
    }

    [Fact]
    public void A_condition_that_does_not_hold_is_failed_and_keeps_its_text()
    {
        var failed = Assert.Single(Run(Threshold.Create(s => s.Ok.Request.Count < 20)).Thresholds);

        Assert.True(failed.IsFailed);
        Assert.Equal(("calls", "", "s => (s.Ok.Request.Count < 20)"), (failed.ScenarioName, failed.StepName, failed.CheckExpression));
    }

    [Fact]
    public void A_step_that_never_ran_fails_its_condition_instead_of_passing_it()
    {
        var failed = Assert.Single(Run(Threshold.Create("forgotten", step => step.Fail.Request.Count == 0)).Thresholds);

        Assert.True(failed.IsFailed);
        Assert.Contains("forgotten", failed.ExceptionMsg, StringComparison.Ordinal);
    }

    [Fact]
    public void A_condition_that_does_not_hold_fails_the_gate_and_shows_its_text()
    {
        var thresholds = Run(Threshold.Create("forgotten", step => step.Ok.Request.Count > 0)).Thresholds;

        var result = SloGate.Judge(new Measurement(Examples.Timeout, []).ToRun(new Dictionary<string, long>()), [], thresholds);

        var verdict = Assert.Single(result.Verdicts, v => v.Name == "calls: forgotten");
        Assert.Equal((Outcome.Fail, "step => (step.Ok.Request.Count > 0)"), (verdict.Outcome, verdict.Limit));
        Assert.Contains("forgotten", verdict.Detail, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failed, result.ExitCode);
    }

    private static NodeStats Run(params Threshold[] thresholds) => NBomberRunner
        .RegisterScenarios(Scenario
            .Create("calls", async context =>
                await Step.Run("step", context, () => Task.FromResult(Response.Ok(statusCode: "200", sizeBytes: 10))))
            .WithoutWarmUp()
            .WithLoadSimulations(Simulation.IterationsForConstant(copies: 2, iterations: 20))
            .WithThresholds(thresholds))
        .WithoutReports()
        .Run();
}
