using System.Diagnostics;
using Orion.Sink;
using Orion.Sink.Reading;
using Orion.Sink.Rows;

namespace Orion.Benchmarks;

/// <summary>
/// What reads cost those who write: batches of 200 spans, one flush after the other, alone and beside readers that never pause (overview,
/// newest lines, a trace, log search over 300,000 spans). Rounds are interleaved; a delay is the time from handing a batch over to its
/// commit.
/// </summary>
internal sealed class SinkReadEffectBenchmark : Benchmark
{
    private const int Rounds = 6;
    private const int Batch = 200;

    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(3);

    public override string Name => "sink-read-effect";

    public override string[] SoonMeasuring => ["--rows", "30000"];

    public override async Task<object> RunAsync(string[] arguments)
    {
        var rows = arguments.Length > 1 && arguments[0] == "--rows" ? int.Parse(arguments[1]) : 300_000;
        using var folder = new ScratchFolder();
        var data = await SinkReadData.OpenAsync(folder.Path, rows);
        var options = new TelemetrySinkOptions { Directory = data.Directory, Process = "api", FlushInterval = TimeSpan.FromMinutes(1) };
        await using var sink = new TelemetrySink(options, data.Time);
        await using var reader = new TelemetryReader(data.Directory, data.Time);
        var spans = new SpansInOrder(data.Time);
        var (alone, beside, reads) = (new List<double>(), new List<double>(), 0);
        Begin();
        await WriteAsync(sink, spans, []);
        for (var round = 0; round < Rounds; round++)
        {
            await WriteAsync(sink, spans, alone);
            using var stop = new CancellationTokenSource();
            var readers = ReadAsync(reader, data, stop.Token);
            await WriteAsync(sink, spans, beside);
            await stop.CancelAsync();
            reads += await readers;
        }

        return new
        {
            Writes = alone.Count + beside.Count,
            Reads = reads,
            AloneP50Ms = Quantile(alone, 0.5),
            AloneP99Ms = Quantile(alone, 0.99),
            BesideP50Ms = Quantile(beside, 0.5),
            BesideP99Ms = Quantile(beside, 0.99),
            DelayP99Ms = Quantile(beside, 0.99) - Quantile(alone, 0.99),
        };
    }

    private static async Task WriteAsync(TelemetrySink sink, SpansInOrder spans, List<double> delays)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < s_round;)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Batch; i++)
            {
                sink.Record(spans.Next());
            }

            await sink.FlushAsync();
            delays.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await Task.Delay(5);
        }
    }

    private static async Task<int> ReadAsync(TelemetryReader reader, SinkReadData data, CancellationToken stop)
    {
        var random = new Random(3);
        for (var reads = 0; ; reads += 4)
        {
            if (stop.IsCancellationRequested)
            {
                return reads;
            }

            await Task.WhenAll(
                reader.OverviewAsync(TimeSpan.FromDays(1), CancellationToken.None),
                reader.LinesAsync(new TraceQuery { Limit = 50 }, CancellationToken.None),
                reader.StoryAsync(data.Traces[random.Next(data.Traces.Count)], CancellationToken.None),
                reader.LogsAsync(new LogQuery { Text = "needle", From = data.Time.GetUtcNow().AddHours(-1) }, CancellationToken.None));
        }
    }

    private static double Quantile(List<double> values, double quantile)
    {
        values.Sort();
        return values[(int)(quantile * (values.Count - 1))];
    }

    /// <summary>Spans from the end of the data on, one after the other.</summary>
    private sealed class SpansInOrder(TimeProvider time)
    {
        private readonly SampleSpans _sample = new(9);
        private long _at = UnixTime.Nanos(time.GetUtcNow());

        public SpanRow Next() => _sample.Next(_at += 4_000);
    }
}
