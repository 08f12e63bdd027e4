using NBomber.CSharp;

namespace OrionPlatform.LoadTests;

/// <summary>A gated run: a platform, the load, the verdict, the reports.</summary>
internal static class GateRun
{
    private static readonly TimeSpan s_keysWithin = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(LoadOptions options, TextWriter output)
    {
        OwnPlatform? own = null;
        using var signals = Termination.On(ExitCodes.Invalid, async () => await (own?.DisposeAsync() ?? ValueTask.CompletedTask));
        if (options.Url is null)
        {
            output.WriteLine("Starting a platform for this run ...");
            own = await OwnPlatform.StartAsync(output);
        }

        await using (own)
        {
            return await RunAsync(options, options.Url ?? own!.Url, options.KeysFile ?? own?.KeysFile ?? Solution.DefaultKeysFile, output);
        }
    }

    private static async Task<int> RunAsync(LoadOptions options, Uri url, string keysFile, TextWriter output)
    {
        var keys = await DevKeys.ReadAsync(keysFile, s_keysWithin);
        using var http = Http.To(url);
        await Http.EnsureAnswersAsync(http);

        var tenants = keys.Select(k => new AllocationApi(http, k)).ToList();
        var measurement = new Measurement(AllocationApi.Timeout);
        output.WriteLine($"Load on {url}: {options.Rate} calls/s for {options.Duration.TotalSeconds:0.#} s ...");
        var stats = NBomberRunner
            .RegisterScenarios(AllocationMix.Create(options, tenants, measurement), AllocationLifecycle.Create(options, tenants[^1], measurement))
            .WithTestSuite("load-tests")
            .WithTestName(options.Profile.ToString())
            .WithoutReports()
            .Run();

        var run = measurement.ToRun([AllocationMix.Plan(options), AllocationLifecycle.Plan(options)]);
        var report = new GateReport(options, run, SloGate.Judge(run, stats.Thresholds), DateTimeOffset.UtcNow);
        ReportFiles.Print(report, output);
        ReportFiles.Write(report, options.ReportFolder);
        output.WriteLine($"Reports: {Path.GetFullPath(options.ReportFolder)}");
        return report.Result.ExitCode;
    }
}
