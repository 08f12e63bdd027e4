using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orion.Sink.Reading;

namespace Orion.Benchmarks;

/// <summary>
/// What the panel's reads cost as the store grows: over a day of 100,000, 1,000,000 and 10,000,000 spans (<see cref="SinkReadData"/>). The
/// sizes take turns, call by call, so that whatever else the machine does falls on all of them; each figure is the 95th percentile of 200
/// calls, open to close, after two seconds that warm up: before that the runtime still compiles what it calls, and the largest size, which
/// loops most, would pay most for it. <c>--rows N</c> stops at that size; <c>--dir FOLDER</c> keeps the data there and uses it again;
/// <c>--fill 1</c> only makes the data.
/// </summary>
internal sealed class SinkReadBenchmark : Benchmark
{
    private const int Calls = 200;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private static readonly (string Name, Func<Source, Task<int>> Read)[] s_queries =
    [
        ("overview", async s => (int)(await s.Reader.OverviewAsync(s_day)).PublicApi.Count),
        ("route_percentiles", async s => (await s.Reader.FiguresAsync(FiguresOf.Routes, s_day)).Count),
        ("newest_traces", s => LinesAsync(s, new TraceQuery { Limit = 50 })),
        ("trace_by_id", async s => (await s.Reader.StoryAsync(s.Data.Traces[s.Random.Next(s.Data.Traces.Count)]))!.Traces.Count),
        ("log_search", s => LogsAsync(s, new LogQuery { Text = "needle", From = s.Data.Time.GetUtcNow().AddHours(-1) })),
        ("lines_rare_service", s => LinesAsync(s, new TraceQuery { Service = SinkReadData.RareName })),
        ("lines_rare_route", s => LinesAsync(s, new TraceQuery { Route = SinkReadData.RareName })),
        ("lines_rare_tenant", s => LinesAsync(s, new TraceQuery { Tenant = SinkReadData.RareName })),
        ("lines_rare_in_common", s => LinesAsync(s, new TraceQuery
        {
            Tenant = SinkReadData.RareName,
            Service = SinkReadData.RareName,
            ErrorsOnly = true,
            From = s.Data.Time.GetUtcNow() - s_day,
        })),
        ("lines_failed", s => LinesAsync(s, new TraceQuery { ErrorsOnly = true })),
        ("lines_slow", s => LinesAsync(s, new TraceQuery { MinDuration = TimeSpan.FromSeconds(2) })),
        ("lines_common", s => LinesAsync(s, new TraceQuery { Service = "worker", Tenant = "globex", Route = "/v1/ledger" })),
        ("logs_rare_service", s => LogsAsync(s, new LogQuery { Service = SinkReadData.RareName })),
        ("logs_rare_level", s => LogsAsync(s, new LogQuery { MinLevel = LogLevel.Error })),
    ];

    public override string Name => "sink-read";

    public override string[] SoonMeasuring => ["--rows", "100000"];

    public override async Task<object> RunAsync(string[] arguments)
    {
        var most = int.Parse(Option(arguments, "--rows") ?? "10000000");
        using var scratch = new ScratchFolder();
        var sources = new List<Source>();
        foreach (var rows in new[] { 100_000, 1_000_000, 10_000_000 }.Where(r => r <= most))
        {
            var data = await SinkReadData.OpenAsync(Option(arguments, "--dir") ?? scratch.Path, rows);
            sources.Add(new Source(rows, data, new TelemetryReader(data.Directory, data.Time), new Random(1)));
        }

        Begin();
        var p95 = new SortedDictionary<string, SortedDictionary<int, double>>(StringComparer.Ordinal);
        foreach (var (name, read) in Option(arguments, "--fill") is null ? s_queries : [])
        {
            p95.Add(name, await MeasureAsync(sources, read));
            Console.WriteLine($"{name,-22} {string.Join("  ", p95[name].Select(p => $"{p.Key:N0}: {p.Value:0.0} ms"))}");
        }

        foreach (var source in sources)
        {
            await source.Reader.DisposeAsync();
        }

        return new { P95Ms = p95 };
    }

    private static async Task<SortedDictionary<int, double>> MeasureAsync(List<Source> sources, Func<Source, Task<int>> read)
    {
        var times = sources.ToDictionary(s => s, _ => new List<double>());
        for (var (clock, i) = (Stopwatch.StartNew(), 0); i < Calls;)
        {
            var warm = clock.Elapsed > s_warmUp;
            foreach (var source in sources)
            {
                var start = Stopwatch.GetTimestamp();
                var found = await read(source);
                var ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                if (found == 0)
                {
                    throw new InvalidOperationException("Nothing was found.");
                }

                if (warm)
                {
                    times[source].Add(ms);
                }
            }

            i += warm ? 1 : 0;
        }

        return new SortedDictionary<int, double>(
            times.ToDictionary(t => t.Key.Rows, t => Math.Round(t.Value.Order().ElementAt((int)(0.95 * Calls)), 2)));
    }

    private static async Task<int> LinesAsync(Source source, TraceQuery query) => (await source.Reader.LinesAsync(query)).Items.Count;

    private static async Task<int> LogsAsync(Source source, LogQuery query) => (await source.Reader.LogsAsync(query)).Items.Count;

    private static string? Option(string[] arguments, string name) =>
        Array.IndexOf(arguments, name) is var at and >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;

    private sealed record Source(int Rows, SinkReadData Data, TelemetryReader Reader, Random Random);
}
