using System.Diagnostics;
using Orion.Sink;
using Orion.Sink.Rows;

namespace Orion.Benchmarks;

/// <summary>
/// What handing over one span costs its caller: at ease (the writer keeps up, and the buffer is nearly empty) and at overload (calls as
/// fast as they go, at least ten times what the writer can store, so that nearly every one meets a full buffer). Timed in groups of 16
/// calls.
/// </summary>
internal sealed class SinkRecordBenchmark : Benchmark
{
    private const int Group = 16;

    public override string Name => "sink-record";

    public override async Task<object> RunAsync(string[] arguments)
    {
        Begin();
        var (idle, overload) = (new List<double>(), new List<double>());
        for (var round = 0; round < 5; round++)
        {
            idle.AddRange(await MeasureAsync(rows: 40_000, bufferRows: 50_000, restEvery: 2_000));
            overload.AddRange(await MeasureAsync(rows: 400_000, bufferRows: 1_000, restEvery: int.MaxValue));
        }

        return new
        {
            P50Ns = Quantile(idle, 0.5),
            P99Ns = Quantile(idle, 0.99),
            OverloadP50Ns = Quantile(overload, 0.5),
            OverloadP99Ns = Quantile(overload, 0.99),
            OverloadFactor = Quantile(overload, 0.5) / Quantile(idle, 0.5),
        };
    }

    private static async Task<IEnumerable<double>> MeasureAsync(int rows, int bufferRows, int restEvery)
    {
        using var folder = new ScratchFolder();
        await using var sink = new TelemetrySink(
            new TelemetrySinkOptions { Directory = folder.Path, Process = "api", BufferRows = bufferRows }, TimeProvider.System);
        var sample = new SampleSpans(7);
        var now = UnixTime.Nanos(DateTimeOffset.UtcNow);
        // A few rows over and over, so that making them costs no time here; their times differ, or the writer would look for duplicates.
        var spans = Enumerable.Range(0, Math.Min(rows, 40_000)).Select(i => sample.Next(now + (i * 4_000L))).ToArray();
        var nanos = new List<double>(rows / Group);
        for (var i = 0; i + Group <= rows; i += Group)
        {
            if (i % restEvery == 0)
            {
                await sink.FlushAsync();
            }

            var start = Stopwatch.GetTimestamp();
            for (var j = i; j < i + Group; j++)
            {
                sink.Record(spans[j % spans.Length]);
            }

            nanos.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / Group);
        }

        return nanos;
    }

    private static double Quantile(List<double> values, double quantile)
    {
        values.Sort();
        return values[(int)(quantile * (values.Count - 1))];
    }
}
