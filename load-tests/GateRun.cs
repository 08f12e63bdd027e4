using NBomber.CSharp;
using Spectre.Console;

namespace OrionPlatform.LoadTests;

/// <summary>A gated run: a platform, the load, the verdict, the reports.</summary>
internal static class GateRun
{
    private static readonly TimeSpan s_keysWithin = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(LoadOptions options, IAnsiConsole console, CancellationToken stop)
    {
        try
        {
            if (options.Url is { } url)
            {
                return await RunAsync(options, url, options.KeysFile ?? Solution.DefaultKeysFile, console, stop);
            }

            console.WriteLine("Starting a platform for this run ...");
            await using var own = await OwnPlatform.StartAsync(console.Profile.Out.Writer, stop);
            return await RunAsync(options, own.Url, options.KeysFile ?? own.KeysFile, console, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            console.WriteLine("Stopped.");
            return ExitCodes.Invalid;
        }
    }

    private static async Task<int> RunAsync(LoadOptions options, Uri url, string keysFile, IAnsiConsole console, CancellationToken stop)
    {
        var keys = await DevKeys.ReadAsync(keysFile, s_keysWithin).WaitAsync(stop);
        using var http = Http.To(url);
        await Http.EnsureAnswersAsync(http);

        var tenants = keys.Select(k => new AllocationApi(http, k)).ToList();
        var measurement = new Measurement(AllocationApi.Timeout);
        console.WriteLine($"Load on {url}: {options.Rate} calls/s for {options.Duration.TotalSeconds:0.#} s ...");
        var stats = await LoadProgress.ShowAsync(console, options.WarmUp + options.Duration, measurement, () => NBomberRunner
            .RegisterScenarios(
                AllocationMix.Create(options, tenants, measurement), AllocationLifecycle.Create(options, tenants[^1], measurement))
            .WithTestSuite("load-tests")
            .WithTestName(options.Profile.ToString())
            .WithoutReports()
            .Run(), stop);

        var run = measurement.ToRun([AllocationMix.Plan(options), AllocationLifecycle.Plan(options)]);
        var report = new GateReport(options, run, SloGate.Judge(run, stats.Thresholds), DateTimeOffset.UtcNow);
        ReportFiles.Print(report, console);
        ReportFiles.Write(report, options.ReportFolder);
        console.WriteLine($"Reports: {Path.GetFullPath(options.ReportFolder)}");
        return report.Result.ExitCode;
    }
}
