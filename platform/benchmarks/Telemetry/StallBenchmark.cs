using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orion.Telemetry.Lag;
using Orion.Telemetry.Tests;

namespace Orion.Benchmarks;

/// <summary>
/// Stalls with a known culprit on a service that also has innocent traffic: whom does the monitor blame? Precision is blames that were
/// right over all blames; recall is code stalls with the right blame over all code stalls. <c>--rounds N</c> repeats each scenario.
/// </summary>
internal sealed class StallBenchmark : Benchmark
{
    private static readonly Lock s_convoy = new();

    private static readonly (string Name, string? Culprit)[] s_scenarios =
    [
        ("sleep", "POST /sleep"), ("result", "POST /result"), ("spin", "POST /spin"), ("convoy", "POST /convoy"), ("two", "POST /seventy"),
        ("innocents", "POST /sleep"),
        ("gc", null), ("host", null),
    ];

    public override string Name => "stall";

    public override async Task<object> RunAsync(string[] arguments)
    {
        if (arguments is ["hog"])
        {
            Spin(TimeSpan.FromSeconds(3));
            return new { };
        }

        var at = Array.IndexOf(arguments, "--rounds");
        var rounds = at < 0 ? 3 : int.Parse(arguments[at + 1], CultureInfo.InvariantCulture);

        // As few threads as a small container has, so that a handful of requests takes them all.
        ThreadPool.SetMinThreads(4, 4);
        var cpu = await MonitorCpuAsync();
        await using var app = await StartAsync("00:00:00.020");
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 512 })
        {
            BaseAddress = new Uri(app.Urls.First()),
            Timeout = TimeSpan.FromMinutes(2),
        };
        var report = app.Services.GetRequiredService<LagReport>();
        var reporter = app.Services.GetRequiredService<StallReporter>();
        var score = new Score();
        var detect = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, culprit) in s_scenarios)
            {
                var known = report.Recent.Count == 0 ? default : report.Recent[0].At;
                var detected = 0L;
                reporter.Suspected = () => Interlocked.CompareExchange(ref detected, Stopwatch.GetTimestamp(), 0);
                using var stop = new CancellationTokenSource();
                var innocents = InnocentsAsync(client, name == "innocents" ? 100 : 8, stop.Token);
                var onset = Stopwatch.GetTimestamp();
                await ScenarioAsync(client, name);
                await stop.CancelAsync();
                await innocents;
                await Task.Delay(300);
                if (detected != 0 && culprit is not null and not "POST /convoy")
                {
                    detect.Add(Stopwatch.GetElapsedTime(onset, detected).TotalMilliseconds);
                }

                foreach (var stall in report.Recent.Where(s => s.At > known))
                {
                    score.Add(name, culprit, stall);
                }
            }
        }

        detect.Sort();
        return new
        {
            Precision = score.Precision,
            Recall = score.Recall,
            score.AccusedInGcOrHost,
            DetectMs = detect.Count == 0 ? -1 : Math.Round(detect[detect.Count / 2], 1),
            CpuPercent = Math.Round(cpu, 3),
            CodeStalls = score.CodeStalls,
        };
    }

    /// <summary>
    /// What the monitor adds, in percent of one processor, to a service without traffic: the same process with it and without it by turns,
    /// the pool's threads that it wakes included. The middle of five differences, as the service's own timers come and go.
    /// </summary>
    private async Task<double> MonitorCpuAsync()
    {
        const string AllButOff = "00:00:01";
        await using var app = await StartAsync(AllButOff);
        Begin();
        await WarmUpAsync(app);
        var differences = new List<double>();
        for (var turn = 0; turn < 5; turn++)
        {
            var without = await QuietCpuAsync();
            using var monitor = StartMonitor(app, new LagOptions().Interval);
            var with = await QuietCpuAsync();
            Console.WriteLine($"cpu: {without:F3} % without, {with:F3} % with the monitor");
            differences.Add(with - without);
        }

        differences.Sort();
        return differences[differences.Count / 2];
    }

    /// <summary>
    /// Compiles the monitor's code to the end: at its own pace the compiler's work on it, done once, would last for minutes.
    /// </summary>
    private static async Task WarmUpAsync(WebApplication app)
    {
        using (StartMonitor(app, TimeSpan.FromMilliseconds(5)))
        using (var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) })
        using (var stop = new CancellationTokenSource(TimeSpan.FromSeconds(6)))
        {
            await InnocentsAsync(client, 8, stop.Token);
        }

        await Task.Delay(3000);
    }

    private static LagMonitor StartMonitor(WebApplication app, TimeSpan interval)
    {
        var monitor =
            new LagMonitor(Options.Create(new LagOptions { Interval = interval }), app.Services.GetRequiredService<StallReporter>());
        monitor.Start();
        return monitor;
    }

    private static async Task<double> QuietCpuAsync()
    {
        await Task.Delay(200);
        var before = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        await Task.Delay(4000);
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds / clock.Elapsed.TotalSeconds * 100;
    }

    private static async Task ScenarioAsync(HttpClient client, string name)
    {
        switch (name)
        {
            case "sleep" or "innocents":
                await ManyAsync(client, "/sleep", 48);
                break;
            case "result":
                await ManyAsync(client, "/result", 48);
                break;
            case "spin":
                await ManyAsync(client, "/spin", 32);
                break;
            case "convoy":
                await ManyAsync(client, "/convoy", 32);
                break;
            case "two":
                // Mixed as they arrive, so that any stretch of the stall has them at about seven to three.
                await Task.WhenAll(Enumerable.Range(0, 50)
                    .Select(i => client.PostAsync(i % 10 is 2 or 5 or 8 ? "/thirty" : "/seventy", null)));
                break;
            case "gc":
                await client.PostAsync("/gc", null);
                break;
            case "host":
                var hogs = new Process[Environment.ProcessorCount * 16];
                for (var i = 0; i < hogs.Length; i++)
                {
                    hogs[i] = Process.Start(ThisProgram("stall", "hog"))!;
                }

                await Task.WhenAll(hogs.Select(h => h.WaitForExitAsync()));
                if (Array.Exists(hogs, h => h.ExitCode != 0))
                {
                    throw new InvalidOperationException("The processes that take the machine's processors did not run.");
                }

                break;
        }
    }

    private static Task<HttpResponseMessage[]> ManyAsync(HttpClient client, string path, int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => client.PostAsync(path, null)));

    private static async Task InnocentsAsync(HttpClient client, int count, CancellationToken stop)
    {
        await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
        {
            while (!stop.IsCancellationRequested)
            {
                await client.GetStringAsync("/innocent", CancellationToken.None);
            }
        }));
    }

    private static async Task<WebApplication> StartAsync(string probeInterval)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Orion:Lag:Interval"] = probeInterval,
            ["Orion:Lag:StallThreshold"] = "00:00:00.150",
            ["Orion:Lag:Grace"] = "00:00:01",
        });
        builder.AddServiceDefaults();
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapGet("/innocent", async () =>
        {
            await Task.Delay(20);
            return "ok";
        });
        app.MapPost("/sleep", () => Thread.Sleep(400));
        app.MapPost("/seventy", () => Thread.Sleep(400));
        app.MapPost("/thirty", () => Thread.Sleep(400));
#pragma warning disable MA0042, MA0045 // Blocking on a task is the culprit this scenario is about.
        app.MapPost("/result", () => Task.Delay(400).Wait());
#pragma warning restore MA0042, MA0045
        app.MapPost("/spin", () => Spin(TimeSpan.FromMilliseconds(150)));
        app.MapPost("/convoy", () =>
        {
            lock (s_convoy)
            {
                Thread.Sleep(40);
            }
        });
        app.MapPost("/gc", Collect);
        await app.StartAsync();
        return app;
    }

    /// <summary>A heap with millions of references, collected several times with everything stopped.</summary>
    private static void Collect()
    {
        var heap = Enumerable.Range(0, 3_000_000).Select(i => new object[] { i }).ToArray();
        for (var i = 0; i < 4; i++)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        }

        GC.KeepAlive(heap);
    }

    private static void Spin(TimeSpan length)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < length)
        {
            Thread.SpinWait(100);
        }
    }

    private sealed class Score
    {
        private int _blamed;
        private int _right;

        public int CodeStalls { get; private set; }

        public int AccusedInGcOrHost { get; private set; }

        public double Precision => _blamed == 0 ? 1 : Math.Round((double)_right / _blamed, 3);

        public double Recall => CodeStalls == 0 ? 0 : Math.Round((double)_right / CodeStalls, 3);

        public void Add(string scenario, string? culprit, Stall stall)
        {
            Console.WriteLine(
                $"{scenario}: {stall.Sentence} (gc {stall.Gc:P0}, host {stall.Host:P0}, "
                + $"unattributed {stall.Unattributed:P0}, idle {stall.Idle:P0})");
            _blamed += stall.Suspect is null ? 0 : 1;
            if (culprit is null)
            {
                AccusedInGcOrHost += stall.Suspect is null ? 0 : 1;
                return;
            }

            // The collector and the machine may also strike while a scenario runs: then the right answer is to say so.
            CodeStalls += stall.Cause == StallCause.Pool ? 1 : 0;
            _right += stall.Suspect?.Name == culprit ? 1 : 0;
        }
    }
}
