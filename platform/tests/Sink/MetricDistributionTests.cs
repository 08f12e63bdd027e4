using Orion.Sink.Metrics;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

public sealed class MetricDistributionTests
{
    [Fact]
    public async Task Percentiles_of_levels_hold_within_one_percent_over_minutes_flushes_processes_and_restarts()
    {
        await using var test = new TestSink();
        await using var other = test.Open("worker");
        var from = test.Time.GetUtcNow();
        var random = new Random(4);
        var values = new List<double>();
        for (var minute = 0; minute < 3; minute++)
        {
            for (var i = 0; i < 400; i++)
            {
                values.Add(Math.Exp((random.NextDouble() * 30) - 10));
                (i % 2 == 0 ? test.Sink : other).Metrics.Record(new MetricPoint { Name = "size", Service = "s", Value = values[^1] });
                if (i % 100 == 0)
                {
                    await test.Sink.FlushAsync();
                    await other.FlushAsync();
                }
            }

            await test.ReopenAsync();
            await other.FlushAsync();
            test.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var series = Assert.Single(await test.Reader.MetricAsync("size", from, test.Time.GetUtcNow()));
        Assert.Equal(values.Count, series.Minutes.Sum(m => m.Distribution!.Count));
        values.Sort();
        foreach (var quantile in new[] { 0.01, 0.5, 0.95, 1.0 })
        {
            var exact = values[(int)Math.Ceiling(quantile * values.Count) - 1];
            Assert.InRange(series.Quantile(quantile)!.Value, exact * 0.99, exact * 1.01);
        }
    }

    [Fact]
    public async Task A_histograms_values_lie_between_the_bounds_of_their_buckets_and_its_own_least_and_greatest()
    {
        await using var test = new TestSink();
        test.Sink.Metrics.Record(Histogram(sum: 100, count: 100, bounds: [0.1, 1, 10], buckets: [50, 0, 40, 10], min: 0.05, max: 20));
        await test.Sink.FlushAsync();
        var minute = await MinuteAsync(test);

        Assert.Equal(100, minute.Distribution!.Count);
        Assert.InRange(minute.Distribution.Quantile(0.01)!.Value, 0.05, 0.06);
        Assert.InRange(minute.Distribution.Quantile(0.5)!.Value, 0.09, 0.1);
        Assert.InRange(minute.Distribution.Quantile(0.7)!.Value, 4.5, 6.5);
        Assert.InRange(minute.Distribution.Quantile(1)!.Value, 19, 20);
    }

    [Fact]
    public async Task What_is_not_known_is_not_made_up()
    {
        await using var test = new TestSink();
        MetricPoint[] points =
        [
            new() { Name = "m", Service = "s", Value = 3 },
            new() { Name = "m", Service = "s", Value = -3 },
            new() { Name = "m", Service = "s", Value = 3, Kind = MetricKind.Counter },
            Histogram(sum: 10, count: 4, bounds: [], buckets: [], min: null, max: null),
            Histogram(sum: 0, count: 0, bounds: [], buckets: [], min: null, max: null),
        ];
        foreach (var (point, known) in points.Zip([true, false, false, false, true]))
        {
            test.Time.Advance(TimeSpan.FromMinutes(1));
            test.Sink.Metrics.Record(new MetricPoint { Name = "m", Service = "s", Value = 1, Kind = point.Kind });
            await test.Sink.FlushAsync();
            test.Sink.Metrics.Record(point);
            await test.Sink.FlushAsync();
            test.Sink.Metrics.Record(new MetricPoint { Name = "m", Service = "s", Value = 1, Kind = point.Kind });
            await test.Sink.FlushAsync();
            Assert.Equal(known, (await MinuteAsync(test)).Distribution is not null);
        }

        var series = await test.Reader.MetricAsync("m", test.Time.GetUtcNow().AddHours(-1), test.Time.GetUtcNow().AddMinutes(1));
        Assert.Equal([MetricKind.Gauge, MetricKind.Counter, MetricKind.Histogram], series.Select(s => s.Kind));
        Assert.All(series, s => Assert.Null(s.Quantile(0.5)));
    }

    [Fact]
    public async Task A_minute_that_began_without_a_measurement_still_learns_how_its_values_lie()
    {
        await using var test = new TestSink();
        test.Sink.Metrics.Record(Histogram(sum: 0, count: 0, bounds: [1], buckets: [0, 0], min: null, max: null));
        await test.Sink.FlushAsync();
        Assert.Null((await MinuteAsync(test)).Distribution);
        test.Sink.Metrics.Record(Histogram(sum: 5, count: 1, bounds: [1], buckets: [0, 1], min: 5, max: 5));
        await test.Sink.FlushAsync();
        Assert.InRange((await MinuteAsync(test)).Distribution!.Quantile(0.5)!.Value, 4.95, 5.05);
    }

    [Fact]
    public async Task Neither_counts_that_cannot_be_true_nor_damaged_bytes_hold_up_what_is_written_with_them()
    {
        await using var test = new TestSink();
        for (var i = 0; i < 3; i++)
        {
            test.Sink.Metrics.Record(Histogram(sum: 1, count: 1L << 60, bounds: [1], buckets: [0, 1L << 60], min: null, max: null));
            await test.Sink.FlushAsync();
        }

        test.Time.Advance(TimeSpan.FromMinutes(1));
        test.Sink.Metrics.Record(new MetricPoint { Name = "m", Service = "s", Value = 1 });
        await test.Sink.FlushAsync();
        using (var other = Database.OpenWriter(SegmentFiles.CentralPath(test.Directory), 10_000, 100))
        {
            other.Execute("UPDATE metric_rollups_minute SET distribution = x'FFFFFFFFFF' WHERE distribution IS NOT NULL");
        }

        test.Sink.Metrics.Record(new MetricPoint { Name = "m", Service = "s", Value = 2 });
        test.Sink.Track("written with them");
        await test.Sink.FlushAsync();
        var minute = await MinuteAsync(test);
        Assert.Equal((2L, null), (minute.Count, minute.Distribution));
        Assert.Equal((1L, 1L), await test.LossAsync("tracked") is var loss ? (loss.Produced, loss.Stored) : default);
    }

    [Fact]
    public async Task A_write_that_had_to_be_repeated_counts_a_value_once()
    {
        await using var test = new TestSink();
        test.Sink.Metrics.Record(new MetricPoint { Name = "m", Service = "s", Value = 1 });
        await test.Sink.FlushAsync();
        using var other = Database.OpenWriter(SegmentFiles.CentralPath(test.Directory), 10_000, 100);
        other.Execute("CREATE TRIGGER refuse BEFORE INSERT ON metric_rollup_series WHEN NEW.name = 'later' " +
            "BEGIN SELECT RAISE(ABORT, 'refused by the test'); END");
        test.Sink.Metrics.Record(new MetricPoint { Name = "m", Service = "s", Value = 2 });
        test.Sink.Metrics.Record(new MetricPoint { Name = "later", Service = "s", Value = 2 });
        await test.Sink.FlushAsync();
        await test.Sink.FlushAsync();
        Assert.Equal(1, (await MinuteAsync(test)).Count);
        other.Execute("DROP TRIGGER refuse");
        await test.Sink.FlushAsync();
        Assert.Equal(2, (await MinuteAsync(test)).Count);
        Assert.Equal(2, (await MinuteAsync(test)).Distribution!.Count);
    }

    private static MetricPoint Histogram(double sum, long count, double[] bounds, long[] buckets, double? min, double? max) =>
        new()
        {
            Name = "m",
            Service = "s",
            Kind = MetricKind.Histogram,
            Value = sum,
            Count = count,
            Bounds = bounds,
            Buckets = buckets,
            Min = min,
            Max = max
        };

    private static async Task<MetricMinute> MinuteAsync(TestSink test) =>
        Assert.Single(
            Assert.Single(await test.Reader.MetricAsync("m", test.Time.GetUtcNow(), test.Time.GetUtcNow().AddMinutes(1))).Minutes);
}
