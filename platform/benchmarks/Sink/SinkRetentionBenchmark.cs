using System.Diagnostics;
using Orion.Sink;
using Orion.Sink.Reading;
using Orion.Sink.Rows;

namespace Orion.Benchmarks;

/// <summary>
/// What dropping a full day costs those who write: a writer keeps storing small batches, one flush after the other, while a day of
/// 5,000,000 rows is past its keeping and goes, and while its space is freed a minute later. The longest flush of that time
/// (<c>longest_stall_ms</c>), against the longest of an equally long time in which nothing goes (<c>longest_quiet_ms</c>). Either time
/// begins with a new day, as that makes a new file; the full day's rollups were checked before.
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
        var options = new TelemetrySinkOptions
        {
            Directory = folder.Path,
            Process = "api",
            RawDays = 3,
            QuotaBytes = long.MaxValue,
            FlushInterval = TimeSpan.FromMinutes(1),
        };
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
        time.Shift += TimeSpan.FromDays(1);
        await CheckedAsync(sink, folder.Path, time);
        Begin();
        var flushes = new Flushes(sink, sample, time);
        time.Shift += TimeSpan.FromDays(1);
        var quiet = await flushes.LongestAsync(TimeSpan.FromSeconds(5), () => false);
        time.Shift += TimeSpan.FromDays(2);
        var (dropping, whileDropping) = await flushes.TimedAsync(TimeSpan.FromSeconds(30), () => !Directory.Exists(day));
        time.Shift += TimeSpan.FromMinutes(1);
        var (freeing, whileFreeing) = await flushes.TimedAsync(TimeSpan.FromSeconds(5), () => false);
        var dropped = !Directory.Exists(day);

        // The longest of a longer time is longer, whatever happens in it.
        quiet = Math.Max(quiet, await flushes.LongestAsync(whileDropping + whileFreeing - TimeSpan.FromSeconds(5), () => false));
        var longest = Math.Max(dropping, freeing);
        var ratio = Math.Round(longest / quiet, 2);
        return new
        {
            Rows = rows,
            DayBytes = bytes,
            LongestStallMs = longest,
            LongestQuietMs = quiet,
            StallRatio = ratio,
            Dropped = dropped
        };
    }

    private static async Task CheckedAsync(TelemetrySink sink, string folder, TimeProvider time)
    {
        await using var reader = new TelemetryReader(folder, time);
        var clock = Stopwatch.StartNew();
        while ((await reader.RollupChecksAsync()).Count == 0 && clock.Elapsed < TimeSpan.FromMinutes(5))
        {
            await sink.FlushAsync();
            await Task.Delay(100);
        }
    }

    /// <summary>Small batches, one flush after the other.</summary>
    private sealed class Flushes(TelemetrySink sink, SampleSpans sample, TimeProvider time)
    {
        public async Task<(double Longest, TimeSpan Took)> TimedAsync(TimeSpan most, Func<bool> done)
        {
            var clock = Stopwatch.StartNew();
            return (await LongestAsync(most, done), clock.Elapsed);
        }

        public async Task<double> LongestAsync(TimeSpan most, Func<bool> done)
        {
            var flushes = new List<(double Ms, double At)> { default };
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
            var longest = flushes.Take(5).Select(f => $"{f.Ms:0.0} ms at {f.At:0} ms");
            Console.WriteLine($"{flushes.Count - 1} flushes, the longest: {string.Join(", ", longest)}");
            return flushes[0].Ms;
        }
    }

    // A clock that goes on by itself, which FakeTimeProvider does not: rows of this benchmark are of the time they are written at. It
    // begins at noon, so that no midnight comes by but those it is shifted over.
    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; } = TimeSpan.FromHours(12) - TimeProvider.System.GetUtcNow().TimeOfDay;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }
}
