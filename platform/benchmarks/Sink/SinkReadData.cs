using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orion.Sink;
using Orion.Sink.Reading;
using Orion.Sink.Rows;

namespace Orion.Benchmarks;

/// <summary>
/// A day of telemetry for reads: so many spans over three services, with a canonical line to eight of them and a log record to ten.
/// Whatever their number, the rows spread evenly over the same 24 hours, so every size has the same minutes, hours, series and matches, and
/// only the rows in them differ. To each line there is another that sampling left out: it is in the rollups only, whose series are two to
/// everything, as on a platform that samples. The clock of the reads stands at the end of it, three minutes past an hour: the hour before
/// has not settled then, and most minutes are read. Scattered over the day are <see cref="Rare"/> lines and logs that have a service, a
/// route, a tenant, a status, a duration and a level of their own.
/// </summary>
internal sealed class SinkReadData
{
    public const string RareName = "rare";

    private const int Rare = 20;
    private const int Needles = 100;
    private const int SpansPerLine = 8;
    private const int SpansPerLog = 10;
    private const string IndexName = "filled.txt";

    private static readonly DateTimeOffset s_end = new(2026, 11, 20, 12, 3, 0, TimeSpan.Zero);
    private static readonly string[] s_services = ["api", "worker", "node-agent"];
    private static readonly string[] s_routes =
    [
        "/v1/projects", "/v1/projects/{projectId}", "/v1/projects/{projectId}/orders", "/v1/projects/{projectId}/orders/{id}",
        "/v1/ledger", "/v1/usage", "/v1/keys", "/v1/members", "/v1/nodes", "/v1/events",
    ];

    private SinkReadData(string directory, IEnumerable<string> traces)
    {
        Directory = directory;
        Traces = [.. traces.Select(t => ActivityTraceId.CreateFromString(t))];
    }

    public string Directory { get; }

    /// <summary>Some of its traces.</summary>
    public List<ActivityTraceId> Traces { get; }

    /// <summary>A clock that stands where the data ends.</summary>
    public TimeProvider Time { get; } = new FakeTimeProvider(s_end);

    /// <summary>The data in that folder, made when it is not there yet.</summary>
    public static async Task<SinkReadData> OpenAsync(string folder, int spans)
    {
        var directory = Path.Combine(folder, spans.ToString(CultureInfo.InvariantCulture));
        var index = Path.Combine(directory, IndexName);
        if (!File.Exists(index))
        {
            if (System.IO.Directory.Exists(directory))
            {
                System.IO.Directory.Delete(directory, recursive: true);
            }

            await File.WriteAllLinesAsync(index, await FillAsync(directory, spans));
        }

        return new SinkReadData(directory, await File.ReadAllLinesAsync(index));
    }

    private static async Task<List<string>> FillAsync(string directory, int spans)
    {
        var traces = new List<string>();
        var start = UnixTime.Nanos(s_end) - UnixTime.Day;
        var clock = new FakeTimeProvider(UnixTime.Time(start));
        var options = new TelemetrySinkOptions { Directory = directory, Process = "api", QuotaBytes = long.MaxValue };
        await using (var sink = new TelemetrySink(options, clock))
        {
            var sample = new SampleSpans(7);
            for (var i = 0; i < spans; i++)
            {
                while (sink.BufferedSpans > 40_000)
                {
                    Thread.Sleep(1);
                }

                var now = start + (long)((double)i / spans * UnixTime.Day);
                clock.SetUtcNow(UnixTime.Time(now));
                var span = sample.Next(now);
                span.Service = s_services[i / SpansPerLine % s_services.Length];
                sink.Record(span);
                var isRare = i % (spans / Rare) == 0;
                if (i % SpansPerLine == 0)
                {
                    sink.Record(Line(span, i, isRare));
                    var left = Line(span, i, isRare: false);
                    left.SampledOut = true;
                    sink.Record(left);
                    if (traces.Count < 10_000 || i % 1_000 == 0)
                    {
                        traces.Add(span.TraceId.ToHexString());
                    }
                }

                if (i % SpansPerLog == 0)
                {
                    sink.Record(Log(span, i, isRare, hasNeedle: i % (spans / Needles) == 0));
                }
            }

            await sink.FlushAsync();
        }

        await using var reader = new TelemetryReader(directory, clock);
        return (await reader.LossAsync()).Sum(l => l.Dropped) is 0
            ? traces
            : throw new InvalidOperationException("Rows were dropped while the data was made.");
    }

    private static CanonicalLine Line(SpanRow span, int i, bool isRare) => new()
    {
        TraceId = span.TraceId,
        SpanId = span.ParentSpanId,
        Service = isRare ? RareName : span.Service,
        Name = s_routes[i / SpansPerLine % s_routes.Length],
        Route = isRare ? RareName : s_routes[i / SpansPerLine % s_routes.Length],
        LineKind = CanonicalLine.Request,
        Surface = "public",
        Method = "GET",
        StatusCode = isRare ? 500 : 200,
        Status = isRare ? SpanStatus.Error : SpanStatus.Unset,
        StartUnixNanos = span.StartUnixNanos,
        DurationNanos = isRare ? 5_000_000_000 : span.DurationNanos * 2,
        Tenant = isRare ? RareName : span.Tenant,
        Attributes = span.Attributes,
    };

    private static LogRow Log(SpanRow span, int i, bool isRare, bool hasNeedle) => new()
    {
        UnixNanos = span.StartUnixNanos,
        Level = isRare ? LogLevel.Error : LogLevel.Information,
        Service = isRare ? RareName : span.Service,
        Category = "Orders.Placement",
        Message = hasNeedle
            ? $"Placed order {i} after finding the needle"
            : $"Placed order {i} on node {i % 7} for project {i % 1000} within its budget",
        TraceId = span.TraceId,
        SpanId = span.SpanId,
        Tenant = isRare ? RareName : span.Tenant,
    };
}
