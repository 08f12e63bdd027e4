using NBomber.Contracts;
using NBomber.CSharp;

namespace OrionPlatform.LoadTests;

/// <summary>Endless gentle traffic; SIGTERM and Ctrl+C end it at once.</summary>
internal static class DemoRun
{
    private static readonly TimeSpan s_keysWithin = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(LoadOptions options, TextWriter output)
    {
        using var signals = Termination.On(ExitCodes.Pass, () => Task.CompletedTask);
        var url = options.Url ?? throw new UsageException("The demo traffic needs a running platform: name its api with --url.");
        var keysFile = options.KeysFile ?? Solution.DefaultKeysFile;
        var keys = await DevKeys.ReadAsync(keysFile, s_keysWithin);
        using var http = Http.To(url);
        var tenants = keys
            .Select(k => new DemoTenant(new(http, k), new(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(keysFile))!, $"demo-traffic-{k.Tenant}.txt"))))
            .ToList();

        output.WriteLine($"Demo traffic on {url} for {string.Join(" and ", keys.Select(k => k.Tenant))}.");
        NBomberRunner.RegisterScenarios(DemoTraffic.Create(tenants, new Answers(output).See)).WithoutReports().Run();
        return ExitCodes.Pass;
    }

    /// <summary>Says when the api goes away and when it is back, instead of every failed call.</summary>
    private sealed class Answers(TextWriter output)
    {
        private int _away;

        public void See(IResponse response)
        {
            var away = response.IsError && !char.IsAsciiDigit(response.StatusCode.FirstOrDefault()) ? 1 : 0;
            if (Interlocked.Exchange(ref _away, away) != away)
            {
                output.WriteLine(away == 1 ? "The api does not answer; trying on." : "The api answers again.");
            }
        }
    }
}
