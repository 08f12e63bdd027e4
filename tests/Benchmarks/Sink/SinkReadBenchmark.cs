using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OrionPlatform.Sink;

namespace OrionPlatform.Benchmarks;

/// <summary>
/// What the panel's reads cost as the store grows: over a day of 100,000, 1,000,000 and 10,000,000 spans (<see cref="SinkReadData"/>). Each figure is the
/// 95th percentile of 40 calls, open to close, after one that warms up. <c>--rows N</c> stops at that size; <c>--dir FOLDER</c> keeps the data there and
/// uses it again; <c>--fill 1</c> only makes the data.
/// </summary>
internal sealed class SinkReadBenchmark : Benchmark
{
    private const int Calls = 40;

    public override string Name => "sink-read";

    public override async Task<object> RunAsync(string[] arguments)
    {
        var most = int.Parse(Option(arguments, "--rows") ?? "10000000");
        var onlyFill = Option(arguments, "--fill") is not null;
        using var scratch = new ScratchFolder();
        var folder = Option(arguments, "--dir") ?? scratch.Path;
        var p95 = new SortedDictionary<string, SortedDictionary<int, double>>(StringComparer.Ordinal);
        foreach (var rows in new[] { 100_000, 1_000_000, 10_000_000 }.Where(r => r <= most))
        {
            var data = await SinkReadData.OpenAsync(folder, rows);
            foreach (var (query, ms) in onlyFill ? [] : await MeasureAsync(data))
            {
                if (!p95.TryGetValue(query, out var byRows))
                {
                    p95.Add(query, byRows = []);
                }

                byRows[rows] = Math.Round(ms, 2);
                Console.WriteLine($"{rows,10:N0} spans  {query,-24} p95 {ms:0.0} ms");
            }
        }

        return new { P95Ms = p95 };
    }

    private static async Task<List<(string Query, double Ms)>> MeasureAsync(SinkReadData data)
    {
        await using var reader = new TelemetryReader(data.Directory, data.Time);
        var random = new Random(1);
        var now = data.Time.GetUtcNow();
        var day = TimeSpan.FromDays(1);
        const string Rare = SinkReadData.RareName;
        return
        [
            ("overview", await P95Async(() => reader.OverviewAsync(day))),
            ("route_percentiles", await P95Async(() => reader.FiguresAsync(FiguresOf.Routes, day))),
            ("newest_traces", await P95Async(() => reader.LinesAsync(new TraceQuery { Limit = 50 }))),
            ("trace_by_id", await P95Async(() => reader.StoryAsync(data.Traces[random.Next(data.Traces.Count)]))),
            ("log_search", await P95Async(() => reader.LogsAsync(new LogQuery { Text = "needle", From = now.AddHours(-1) }))),
            ("lines_rare_service", await P95Async(() => LinesAsync(reader, new TraceQuery { Service = Rare }))),
            ("lines_rare_route", await P95Async(() => LinesAsync(reader, new TraceQuery { Route = Rare }))),
            ("lines_rare_tenant", await P95Async(() => LinesAsync(reader, new TraceQuery { Tenant = Rare }))),
            ("lines_rare_in_common", await P95Async(() => LinesAsync(reader, new TraceQuery { Service = Rare, Tenant = Rare, Route = Rare, ErrorsOnly = true }))),
            ("lines_failed", await P95Async(() => LinesAsync(reader, new TraceQuery { ErrorsOnly = true }))),
            ("lines_slow", await P95Async(() => LinesAsync(reader, new TraceQuery { MinDuration = TimeSpan.FromSeconds(2) }))),
            ("lines_common", await P95Async(() => reader.LinesAsync(new TraceQuery { Service = "worker", Tenant = "globex", Route = "/v1/ledger" }))),
            ("logs_rare_service", await P95Async(() => LogsAsync(reader, new LogQuery { Service = Rare }))),
            ("logs_rare_level", await P95Async(() => LogsAsync(reader, new LogQuery { MinLevel = LogLevel.Error }))),
        ];
    }

    private static async Task<Page<CanonicalLine>> LinesAsync(TelemetryReader reader, TraceQuery query) => All(await reader.LinesAsync(query));

    private static async Task<Page<LogRow>> LogsAsync(TelemetryReader reader, LogQuery query) => All(await reader.LogsAsync(query));

    private static Page<T> All<T>(Page<T> page) =>
        page.Items.Count >= SinkReadData.Rare / 2 ? page : throw new InvalidOperationException($"Only {page.Items.Count} of the rare rows were found.");

    private static async Task<double> P95Async<T>(Func<Task<T>> read)
    {
        var times = new List<double>();
        await read();
        for (var i = 0; i < Calls; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await read();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        return times[(int)(0.95 * Calls)];
    }

    private static string? Option(string[] arguments, string name) => Array.IndexOf(arguments, name) is var at and >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
}
