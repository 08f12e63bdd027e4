using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace OrionPlatform.Benchmarks;

/// <summary>
/// Seconds from the start of the built AppHost until every service answers for its health, and from Ctrl+C until all its processes are gone: the
/// platform, and beside it in turns an Aspire application of four empty web projects, both with Aspire's dashboard. What is ours is also told by phase.
/// <c>--rounds N</c> sets how often each is started. Linux only: it finds the services and their ports by <c>/proc</c>.
/// </summary>
internal sealed class StartBenchmark : Benchmark
{
    private const string Mark = "ORION_START_BENCHMARK";
    private static readonly TimeSpan s_within = TimeSpan.FromMinutes(3);

    // Traffic serves nothing: it is up when it runs.
    private static readonly string[] s_ours = ["api", "worker", "node-agent", "traffic"];
    private static readonly string[] s_empty = ["one", "two", "three", "four"];

    public override string Name => "start";

    public override async Task<object> RunAsync(string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("The start benchmark finds processes and ports by /proc, which only Linux has.");
        }

        var rounds = arguments is ["--rounds", var number, ..] ? int.Parse(number, CultureInfo.InvariantCulture) : 3;
        Begin();
        var (ours, empty) = (new List<Run>(), new List<Run>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var isOurs in (bool[])[round % 2 != 0, round % 2 == 0])
            {
                var run = isOurs
                    ? await MeasureAsync("AppHost", "AppHost/bin", s_ours)
                    : await MeasureAsync("EmptyApp.AppHost", "tests/Benchmarks/EmptyApp/AppHost/bin", s_empty);
                (isOurs ? ours : empty).Add(run);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"round {round + 1} {(isOurs ? "platform" : "empty")}: up after {run.Up:0.0} s, gone after {run.Gone:0.0} s; {string.Join(", ", run.Phases.Select(p => $"{p.Key} {p.Value:0.0}"))}"));
            }
        }

        return new
        {
            StartSeconds = Median(ours, r => r.Up),
            EmptyStartSeconds = Median(empty, r => r.Up),
            StartRatio = Math.Round(Median(ours, r => r.Up) / Median(empty, r => r.Up), 2),
            StopSeconds = Median(ours, r => r.Gone),
            EmptyStopSeconds = Median(empty, r => r.Gone),
            StopRatio = Math.Round(Median(ours, r => r.Gone) / Median(empty, r => r.Gone), 2),
            PhaseSeconds = ours[0].Phases.Keys.ToDictionary(phase => phase, phase => Median(ours, r => r.Phases[phase])),
            EmptyPhaseSeconds = empty[0].Phases.Keys.ToDictionary(phase => phase, phase => Median(empty, r => r.Phases[phase])),
        };
    }

    private static async Task<Run> MeasureAsync(string assembly, string output, string[] services)
    {
        var data = Directory.CreateTempSubdirectory("orion-start-");
        var mark = $"{Mark}={Guid.NewGuid():N}";
        using var appHost = Start(assembly, output, data.FullName, mark);
        try
        {
            var clock = Stopwatch.StartNew();
            var phases = new Dictionary<string, double>();
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
            while (phases.Count < services.Length)
            {
                foreach (var service in services.Where(s => !phases.ContainsKey(s)))
                {
                    if (await IsUpAsync(service, mark, http))
                    {
                        phases[service] = Math.Round(clock.Elapsed.TotalSeconds, 1);
                    }
                }

                Within(clock, appHost, "it was up");
                await Task.Delay(50);
            }

            var up = clock.Elapsed.TotalSeconds;
            clock.Restart();
            using (var interrupt = Process.Start("kill", ["-INT", appHost.Id.ToString(CultureInfo.InvariantCulture)]))
            {
                await interrupt.WaitForExitAsync();
            }

            while (LinuxProcesses.WithEnvironment(mark).Count > 0)
            {
                Within(clock, appHost, "all was gone");
                await Task.Delay(50);
            }

            return new Run(up, clock.Elapsed.TotalSeconds, phases);
        }
        finally
        {
            appHost.Kill(entireProcessTree: true);
            await appHost.WaitForExitAsync();
            data.Delete(recursive: true);
        }
    }

    private static async Task<bool> IsUpAsync(string service, string mark, HttpClient http)
    {
        foreach (var pid in LinuxProcesses.WithEnvironment(mark, $"OTEL_SERVICE_NAME={service}\0"))
        {
            if (LinuxProcesses.CommandLine(pid).StartsWith("dotnet\0run\0", StringComparison.Ordinal))
            {
                continue;
            }

            if (LinuxProcesses.Variable(pid, "ASPNETCORE_URLS") is not { } url)
            {
                return true;
            }

            try
            {
                using var answer = await http.GetAsync(new Uri(url.Split(';')[0] + "/health"));
                return answer.IsSuccessStatusCode;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                return false;
            }
        }

        return false;
    }

    private static Process Start(string assembly, string output, string data, string mark)
    {
        var folder = Path.Combine(Metadata("RepositoryRoot"), output, Metadata("Configuration"));
        var program = Directory.EnumerateFiles(folder, $"*{assembly}.dll", SearchOption.AllDirectories).First();

        // A shell's background job ignores SIGINT, and so does all that it starts: here it is to be heard.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", program])
        {
            WorkingDirectory = Path.GetFullPath(Path.Combine(folder, "..", "..")), RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        if (assembly == "AppHost")
        {
            start.ArgumentList.Add("--Ports:Api=0");
            start.ArgumentList.Add($"--Data:Directory={data}");
        }

        foreach (var (name, value) in LaunchProfile())
        {
            start.Environment[name] = value;
        }

        // Both alike, also where another platform runs.
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment[Mark] = mark.Split('=')[1];
        var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        return process;
    }

    /// <summary>The variables that <c>dotnet run</c> would set.</summary>
    private static IEnumerable<(string Name, string Value)> LaunchProfile()
    {
        using var profiles = JsonDocument.Parse(File.ReadAllText(Path.Combine(Metadata("RepositoryRoot"), "AppHost", "Properties", "launchSettings.json")));
        return [.. profiles.RootElement.GetProperty("profiles").GetProperty("http").GetProperty("environmentVariables").EnumerateObject().Select(v => (v.Name, v.Value.GetString()!))];
    }

    private static void Within(Stopwatch clock, Process appHost, string what)
    {
        if (clock.Elapsed > s_within || appHost.HasExited && what == "it was up")
        {
            throw new TimeoutException($"Not within {s_within.TotalMinutes} min, or AppHost ended before: {what}.");
        }
    }

    private static double Median(List<Run> runs, Func<Run, double> figure) => Math.Round(runs.Select(figure).Order().ElementAt(runs.Count / 2), 1);

    private static string Metadata(string key) => typeof(StartBenchmark).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    private sealed record Run(double Up, double Gone, IReadOnlyDictionary<string, double> Phases);
}
