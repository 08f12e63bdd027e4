using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OrionPlatform.Sink;

namespace OrionPlatform.Benchmarks;

/// <summary>
/// What the panel's reads cost as the store grows: 100,000, 1,000,000 and 10,000,000 spans of the last 24 hours, with a canonical line to
/// eight spans and a log record to ten, over three services. Each figure is the 95th percentile of 40 calls, open to close.
/// </summary>
internal sealed class SinkReadBenchmark : Benchmark
{
    private const int Calls = 40;

    private static readonly string[] s_services = ["api", "worker", "node-agent"];

    public override string Name => "sink-read";

    public override async Task<object> RunAsync(string[] arguments)
    {
        var most = arguments.Length > 1 && arguments[0] == "--rows" ? int.Parse(arguments[1]) : 10_000_000;
        var p95 = new SortedDictionary<string, SortedDictionary<int, double>>(StringComparer.Ordinal);
        foreach (var rows in new[] { 100_000, 1_000_000, 10_000_000 }.Where(r => r <= most))
        {
            foreach (var (query, ms) in await MeasureAsync(rows))
            {
                if (!p95.TryGetValue(query, out var byRows))
                {
                    p95.Add(query, byRows = []);
                }

                byRows[rows] = ms;
                Console.WriteLine($"{rows,10:N0} spans  {query,-18} p95 {ms:0.0} ms");
            }
        }

        return new { P95Ms = p95 };
    }

    private static async Task<List<(string Query, double Ms)>> MeasureAsync(int rows)
    {
        using var folder = new ScratchFolder();
        var traces = await FillAsync(folder.Path, rows);
        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        var random = new Random(1);
        var now = DateTimeOffset.UtcNow;
        var day = TimeSpan.FromDays(1);
        return
        [
            ("overview", await P95Async(() => reader.OverviewAsync(day))),
            ("route_percentiles", await P95Async(() => reader.FiguresAsync(FiguresOf.Routes, day))),
            ("newest_traces", await P95Async(() => reader.LinesAsync(new TraceQuery { Limit = 50 }))),
            ("trace_by_id", await P95Async(() => reader.StoryAsync(traces[random.Next(traces.Count)]))),
            ("log_search", await P95Async(() => reader.LogsAsync(new LogQuery { Text = "needle", From = now.AddHours(-1) }))),
        ];
    }

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

    private static async Task<List<ActivityTraceId>> FillAsync(string directory, int spans)
    {
        var traces = new List<ActivityTraceId>();
        await using var sink = new TelemetrySink(new TelemetrySinkOptions { Directory = directory, Process = "api" }, new OpenGate(), TimeProvider.System);
        var sample = new SampleSpans(7);
        var start = UnixTime.Nanos(DateTimeOffset.UtcNow) - UnixTime.Day;
        for (var i = 0; i < spans; i++)
        {
            while (sink.BufferedSpans > 40_000)
            {
                Thread.Sleep(1);
            }

            var at = start + (long)((double)i / spans * UnixTime.Day);
            var span = sample.Next(at);
            span.Service = s_services[i / 8 % 3];
            sink.Record(span);
            if (i % 8 == 0)
            {
                sink.Record(Line(span, i));
                if (traces.Count < 10_000 || i % 1_000 == 0)
                {
                    traces.Add(span.TraceId);
                }
            }

            if (i % 10 == 0)
            {
                sink.Record(Log(span, i));
            }
        }

        await sink.FlushAsync();
        return traces;
    }

    private static CanonicalLine Line(SpanRow span, int i) => new()
    {
        TraceId = span.TraceId,
        SpanId = span.ParentSpanId,
        Service = span.Service,
        Name = s_routes[i / 8 % s_routes.Length],
        Route = s_routes[i / 8 % s_routes.Length],
        LineKind = CanonicalLine.Request,
        Surface = "public",
        Method = "GET",
        StatusCode = 200,
        StartUnixNanos = span.StartUnixNanos,
        DurationNanos = span.DurationNanos * 2,
        Tenant = span.Tenant,
        Attributes = span.Attributes,
    };

    private static LogRow Log(SpanRow span, int i) => new()
    {
        UnixNanos = span.StartUnixNanos,
        Level = LogLevel.Information,
        Service = span.Service,
        Category = "Orders.Placement",
        Message = i % 10_000 == 0 ? $"Placed allocation {i} after finding the needle" : $"Placed allocation {i} on node {i % 7} for project {i % 1000} within its budget",
        TraceId = span.TraceId,
        SpanId = span.SpanId,
    };

    private static readonly string[] s_routes =
    [
        "/v1/projects", "/v1/projects/{projectId}", "/v1/projects/{projectId}/allocations", "/v1/projects/{projectId}/allocations/{id}", "/v1/ledger", "/v1/usage", "/v1/keys", "/v1/members", "/v1/nodes", "/v1/events",
    ];
}
