using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Orion.Benchmarks;

/// <summary>
/// Seconds from the start of the built AppHost until every service answers for its health, and from Ctrl+C until all its processes are
/// gone: the platform, and beside it in turns an Aspire application of four empty web projects, both with Aspire's dashboard. What is
/// ours is also told by phase. <c>--rounds N</c> sets how often each is started. Linux only: it finds the services and their ports by
/// <c>/proc</c>.
/// </summary>
internal sealed class StartBenchmark : Benchmark
{
    private const string Mark = "ORION_START_BENCHMARK";
    private const string Up = "it was up";
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_within = TimeSpan.FromMinutes(3);

    // Traffic serves nothing: it is up when it runs.
    private static readonly string[] s_ours = ["api", "worker", "node-agent", "traffic"];
    private static readonly ConcurrentQueue<string> s_said = new();
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
                    ? await MeasureAsync("AppHost", s_ours)
                    : await MeasureAsync("platform/benchmarks/EmptyApp/AppHost", s_empty);
                (isOurs ? ours : empty).Add(run);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"round {round + 1} {(isOurs ? "platform" : "empty")}: up after {run.Up:0.0} s, gone after {run.Gone:0.0} s; "
                        + $"{string.Join(", ", run.Phases.Select(p => $"{p.Key} {p.Value:0.0}"))}"));
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

    private static async Task<Run> MeasureAsync(string folder, string[] services)
    {
        var data = Directory.CreateTempSubdirectory("orion-start-");
        var mark = $"{Mark}={Guid.NewGuid():N}";
        s_said.Clear();
        using var appHost = Start(folder, data.FullName, mark);
        try
        {
            var clock = Stopwatch.StartNew();
            var phases = new Dictionary<string, double>();
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
            while (phases.Count < services.Length)
            {
                foreach (var pid in LinuxProcesses.WithEnvironment(mark))
                {
                    if (LinuxProcesses.Variable(pid, "OTEL_SERVICE_NAME") is { } service
                        && !phases.ContainsKey(service) && await IsUpAsync(pid, http))
                    {
                        phases[service] = Math.Round(clock.Elapsed.TotalSeconds, 1);
                    }
                }

                Within(clock, appHost, Up);
                await Task.Delay(s_look);
            }

            var up = clock.Elapsed.TotalSeconds;
            clock.Restart();
            using (var interrupt = Process.Start("kill", ["-INT", appHost.Id.ToString(CultureInfo.InvariantCulture)]))
            {
                await interrupt.WaitForExitAsync();
            }

            // Looking at every process of the machine costs what is measured here, so it is done for the last time only.
            for (var left = LinuxProcesses.WithEnvironment(mark); left.Count > 0; left = LinuxProcesses.WithEnvironment(mark))
            {
                while (left.Any(pid => LinuxProcesses.Variable(pid, Mark) is not null))
                {
                    Within(clock, appHost, "all was gone");
                    await Task.Delay(s_look);
                }
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

    private static async Task<bool> IsUpAsync(int pid, HttpClient http)
    {
        if (LinuxProcesses.CommandLine(pid).StartsWith("dotnet\0run\0", StringComparison.Ordinal))
        {
            return false;
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

    private static Process Start(string folder, string data, string mark)
    {
        var root = Path.Combine(Metadata("RepositoryRoot"), folder);
        var name = Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(root, "*.csproj").Single());
        var program = Directory
            .EnumerateFiles(Path.Combine(root, "bin", Metadata("Configuration")), name + ".dll", SearchOption.AllDirectories)
            .First();

        // A shell's background job ignores SIGINT, and so does all that it starts: here it is to be heard.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", program])
        {
            WorkingDirectory = root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (folder == "AppHost")
        {
            start.ArgumentList.Add("--Ports:Api=0");
            start.ArgumentList.Add($"--Data:Directory={data}");
        }

        foreach (var (variable, value) in LaunchProfile())
        {
            start.Environment[variable] = value;
        }

        // Both alike, also where another platform runs.
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment[Mark] = mark.Split('=')[1];
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>The variables that <c>dotnet run</c> would set.</summary>
    private static IEnumerable<(string Name, string Value)> LaunchProfile()
    {
        using var profiles = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Metadata("RepositoryRoot"), "AppHost", "Properties", "launchSettings.json")));
        return
        [
            .. profiles.RootElement.GetProperty("profiles").GetProperty("http").GetProperty("environmentVariables").EnumerateObject()
                .Select(v => (v.Name, v.Value.GetString()!)),
        ];
    }

    private static void Within(Stopwatch clock, Process appHost, string what)
    {
        if (clock.Elapsed > s_within || (appHost.HasExited && what == Up))
        {
            throw new TimeoutException(
                $"AppHost ended, or {s_within.TotalMinutes} min went by, before {what}:\n{string.Join('\n', s_said)}");
        }
    }

    private static void Keep(string? line)
    {
        if (line is not null)
        {
            s_said.Enqueue(line);
        }
    }

    private static double Median(List<Run> runs, Func<Run, double> figure) =>
        Math.Round(runs.Select(figure).Order().ElementAt(runs.Count / 2), 1);

    private static string Metadata(string key) =>
        typeof(StartBenchmark).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    private sealed record Run(double Up, double Gone, IReadOnlyDictionary<string, double> Phases);
}
