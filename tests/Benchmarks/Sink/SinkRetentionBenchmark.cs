using System.Diagnostics;
using OrionPlatform.Sink;

namespace OrionPlatform.Benchmarks;

/// <summary>
/// What dropping a full day costs those who write: a writer keeps storing small batches, one flush after the other, while a day of 5,000,000
/// rows is past its keeping and goes, and while its space is freed a minute later. The longest flush of that time, against the longest of a time in
/// which nothing goes.
/// </summary>
internal sealed class SinkRetentionBenchmark : Benchmark
{
    public override string Name => "sink-retention";

    public override string[] SoonMeasuring => ["--rows", "100000"];

    public override async Task<object> RunAsync(string[] arguments)
    {
        var rows = arguments.Length > 1 && arguments[0] == "--rows" ? int.Parse(arguments[1]) : 5_000_000;
        using var folder = new ScratchFolder();
        var time = new ShiftedTime();
        var options = new TelemetrySinkOptions { Directory = folder.Path, Process = "api", RawDays = 1, QuotaBytes = long.MaxValue, FlushInterval = TimeSpan.FromMinutes(1) };
        await using var sink = new TelemetrySink(options, time);
        var sample = new SampleSpans(7);
        var start = UnixTime.Floor(UnixTime.Nanos(time.GetUtcNow()), UnixTime.Day);
        for (var i = 0; i < rows; i++)
        {
            while (sink.BufferedSpans > 40_000)
            {
                Thread.Sleep(1);
            }

            sink.Record(sample.Next(start + (i * 4_000L)));
        }

        await sink.FlushAsync();
        var day = Directory.GetDirectories(folder.Path).Single();
        var bytes = folder.Bytes("api.db*");
        Begin();
        var quiet = await LongestFlushAsync(sink, sample, time, TimeSpan.FromSeconds(5), () => false);
        time.Shift = TimeSpan.FromDays(2);
        var dropping = await LongestFlushAsync(sink, sample, time, TimeSpan.FromSeconds(30), () => !Directory.Exists(day));
        time.Shift += TimeSpan.FromMinutes(1);
        var freeing = await LongestFlushAsync(sink, sample, time, TimeSpan.FromSeconds(3), () => false);
        return new { Rows = rows, DayBytes = bytes, LongestStallMs = Math.Max(dropping, freeing), LongestQuietMs = quiet, Dropped = !Directory.Exists(day) };
    }

    private static async Task<double> LongestFlushAsync(TelemetrySink sink, SampleSpans sample, TimeProvider time, TimeSpan most, Func<bool> done)
    {
        var flushes = new List<(double Ms, double At)>();
        var clock = Stopwatch.StartNew();
        var after = 0;
        while (clock.Elapsed < most && after < 50)
        {
            // Some flushes more after the day has gone: what it left behind would be felt there.
            after += done() ? 1 : 0;
            for (var i = 0; i < 50; i++)
            {
                sink.Record(sample.Next(UnixTime.Nanos(time.GetUtcNow())));
            }

            var start = clock.Elapsed;
            await sink.FlushAsync();
            flushes.Add(((clock.Elapsed - start).TotalMilliseconds, start.TotalMilliseconds));
        }

        flushes.Sort((a, b) => b.Ms.CompareTo(a.Ms));
        Console.WriteLine($"{flushes.Count} flushes, the longest: {string.Join(", ", flushes.Take(5).Select(f => $"{f.Ms:0.0} ms at {f.At:0} ms"))}");
        return flushes[0].Ms;
    }

    // A clock that goes on by itself, which FakeTimeProvider does not: rows of this benchmark are of the time they are written at.
    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }
}
