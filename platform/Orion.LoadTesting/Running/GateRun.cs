using NBomber.CSharp;
using Orion.LoadTesting.AppHosts;
using Orion.LoadTesting.Gate;
using Orion.LoadTesting.Measuring;
using Orion.LoadTesting.Options;
using Spectre.Console;

namespace Orion.LoadTesting.Running;

/// <summary>A gated run: a platform, the load, the verdict, the reports.</summary>
internal static class GateRun
{
    public static async Task<int> RunAsync(
        LoadTest test, GateProfile profile, LoadPlan plan, IAnsiConsole console, CancellationToken stop)
    {
        try
        {
            if (plan.Url is { } url)
            {
                return await RunAsync(test, profile, plan, url, null, console, stop);
            }

            console.WriteLine("Starting a platform for this run ...");
            await using var own = await OwnPlatform.StartAsync(test.Target, plan.AppHostArguments, console.Profile.Out.Writer, stop);
            return await RunAsync(test, profile, plan, own.Url, own.DataFolder, console, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            console.WriteLine("Stopped.");
            return ExitCodes.Invalid;
        }
    }

    private static async Task<int> RunAsync(
        LoadTest test, GateProfile profile, LoadPlan plan, Uri url, string? dataFolder, IAnsiConsole console, CancellationToken stop)
    {
        using var http = TargetClient.To(url, test.CallTimeout);
        await TargetClient.EnsureAnswersAsync(http, test.Target.ProbePath, stop);

        var measurement = new Measurement(test.CallTimeout, test.Objectives);
        var scenarios = await profile.Scenarios(
            new LoadRun(plan, http, measurement) { DataFolder = dataFolder, SolutionFolder = SolutionFolder.Root }, stop).WaitAsync(stop);
        var load = plan.Amount;
        console.WriteLine($"Load on {url}: {load.Rate} calls/s for {load.Duration.TotalSeconds:0.#} s ...");
        var stats = await LoadProgress.ShowAsync(console, load.WarmUp + load.Duration, measurement, () => NBomberRunner
            .RegisterScenarios([.. scenarios.Select(s => s.Scenario)])
            .WithTestSuite("load-tests")
            .WithTestName(profile.Name)
            .WithoutReports()
            .Run(), stop);

        var run = measurement.ToRun(scenarios.ToDictionary(s => s.Scenario.ScenarioName, s => s.Iterations));
        var report = new GateReport(load, run, SloGate.Judge(run, test.Objectives, stats.Thresholds), DateTimeOffset.UtcNow);
        ReportFiles.Print(report, console);
        ReportFiles.Write(report, plan.ReportFolder);
        console.WriteLine($"Reports: {Path.GetFullPath(plan.ReportFolder)}");
        return report.Result.ExitCode;
    }
}
