using Orion.Sink.Metrics;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

public sealed class MetricTests
{
    [Fact]
    public async Task Metrics_are_read_by_series_and_minute()
    {
        await using var test = new TestSink();
        var from = test.Time.GetUtcNow();
        foreach (var value in new[] { 3.0, 1.0, 2.0 })
        {
            test.Sink.Metrics.Record(Depth(value, "a"));
            await test.Sink.FlushAsync();
        }

        test.Sink.Metrics.Record(Depth(9, "b"));
        test.Time.Advance(TimeSpan.FromMinutes(2));
        test.Sink.Metrics.Record(new MetricPoint
        {
            Name = "request.duration",
            Unit = "s",
            Kind = MetricKind.Histogram,
            Service = "api",
            Value = 12,
            Count = 4,
            Min = 1,
            Max = 6,
            Bounds = [2, 5],
            Buckets = [1, 2, 1],
        });
        await test.Sink.FlushAsync();

        var depth = await test.Reader.MetricAsync("queue.depth", from, test.Time.GetUtcNow());
        Assert.Equal(["{\"kind\":\"a\"}", "{\"kind\":\"b\"}"], depth.Select(s => s.Labels));
        Assert.Equal(new MetricMinute(from, 3, 3, 6, 1, 3, 2, null), depth[0].Minutes.Single() with { Distribution = null });
        var duration = await test.Reader.MetricAsync("request.duration", from, test.Time.GetUtcNow().AddSeconds(1));
        Assert.Equal(new MetricMinute(test.Time.GetUtcNow(), 1, 4, 12, 1, 6, 12, null),
            duration.Single().Minutes.Single() with { Distribution = null });
        Assert.Equal(
            [
                new MetricDescription("queue.depth", "{job}", MetricKind.Gauge, "Jobs that wait"),
                new MetricDescription("request.duration", "s", MetricKind.Histogram, null),
            ],
            await test.Reader.MetricsAsync());

        static MetricPoint Depth(double value, string kind) => new()
        {
            Name = "queue.depth",
            Unit = "{job}",
            Description = "Jobs that wait",
            Service = "worker",
            Value = value,
            Labels = [new("kind", kind)],
        };
    }

    [Fact]
    public async Task The_standard_metrics_of_a_process_are_recorded()
    {
        await using var test = new TestSink();
        test.Sink.Metrics.RecordProcess();
        await test.Sink.FlushAsync();

        var names = (await test.Reader.MetricsAsync()).Select(m => m.Name);
        Assert.Equal(
            [
                StandardMetrics.CpuUsagePercent, StandardMetrics.GcCount, StandardMetrics.MemoryAllocMb, StandardMetrics.MemoryUsedBytes,
                StandardMetrics.PoolThreadsCount,
            ],
            names);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public async Task What_is_no_number_is_refused_by_name_and_spoils_nothing(double value)
    {
        await using var test = new TestSink();
        var metrics = test.Sink.Metrics;
        metrics.RecordSimple("queue.depth", 3);
        Assert.Contains("'queue.depth' cannot be recorded: a value is not a finite number",
            Assert.Throws<ArgumentException>(() => metrics.RecordSimple("queue.depth", value)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() =>
            metrics.Record(new MetricPoint { Name = "d", Service = "api", Kind = MetricKind.Histogram, Value = 1, Max = value }));
        Assert.Throws<ArgumentException>(() => metrics.Record(new MetricPoint
        {
            Name = "d",
            Service = "api",
            Kind = MetricKind.Histogram,
            Value = 1,
            Bounds = [1, value],
            Buckets = [1, 0, 0],
        }));
        Assert.False(metrics.TryRecord(new MetricPoint { Name = "queue.depth", Service = "api", Value = value }));
        await test.Sink.FlushAsync();

        Assert.Equal(3, (await test.Reader.MetricAsync("queue.depth", test.Time.GetUtcNow(), test.Time.GetUtcNow().AddMinutes(1)))
            .Single().Minutes.Single().Sum);
        Assert.Equal((2L, 1L, 1L), (await test.LossAsync("metrics")) is var loss ? (loss.Produced, loss.Stored, loss.Dropped) : default);
        Assert.Equal("invalid", Assert.Single(await test.Reader.LossReasonsAsync()).Reason);
    }

    [Fact]
    public async Task Raw_points_keep_their_buckets()
    {
        await using var test = new TestSink();
        test.Sink.Metrics.Record(new MetricPoint
        {
            Name = "d",
            Kind = MetricKind.Histogram,
            Service = "api",
            Value = 12,
            Count = 4,
            Bounds = [2, 5],
            Buckets = [1, 2, 1],
            Labels = [new("b", 2L), new("a", "1")],
        });
        await test.Sink.FlushAsync();

        using var segment = Database.OpenReader(SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "api"));
        using var rows = segment.Prepare(
            "SELECT s.labels, m.buckets, m.bounds, m.id FROM metrics_timeseries m JOIN metric_series s ON s.id = m.series");
        Assert.True(rows.Step());
        Assert.Equal(("{\"a\":\"1\",\"b\":2}", "[1,2,1]", "[2,5]", test.Now), (rows.Text(0), rows.Text(1), rows.Text(2), rows.Long(3)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_unknown_of_a_point_is_unknown_of_its_minute_and_one_without_measurements_says_nothing(bool oneBatch)
    {
        await using var test = new TestSink();
        MetricPoint[] points =
        [
            Histogram("bare", 2, 10, 4, 6), Histogram("bare", 3, null, null, null),
            Histogram("empty", 0, null, null, null), Histogram("empty", 2, 10, 4, 6),
        ];
        foreach (var point in points)
        {
            test.Sink.Metrics.Record(point);
            if (!oneBatch)
            {
                await test.Sink.FlushAsync();
            }
        }

        test.Sink.Metrics.Record(Histogram("none", 0, null, null, null));
        await test.Sink.FlushAsync();
        Assert.Equal<(long, double?, double?, double?)>((5, null, null, null), await FiguresAsync("bare"));
        Assert.Equal<(long, double?, double?, double?)>((2, 10.0, 4.0, 6.0), await FiguresAsync("empty"));
        Assert.Equal<(long, double?, double?, double?)>((0, null, null, null), await FiguresAsync("none"));

        async Task<(long, double?, double?, double?)> FiguresAsync(string name)
        {
            var series = await test.Reader.MetricAsync(name, test.Time.GetUtcNow(), test.Time.GetUtcNow().AddMinutes(1));
            var minute = Assert.Single(Assert.Single(series).Minutes);
            return (minute.Count, minute.Sum, minute.Min, minute.Max);
        }
    }

    [Fact]
    public async Task The_last_level_of_a_minute_is_the_latest_by_its_own_time_whenever_it_came()
    {
        await using var test = new TestSink();
        foreach (var (second, value) in new[] { (30, 3.0), (10, 1.0), (20, 2.0) })
        {
            test.Sink.Metrics.Record(
                new MetricPoint { Name = "level", Service = "s", Value = value, UnixNanos = test.Now + (second * UnixTime.Second) });
            await test.Sink.FlushAsync();
        }

        Assert.Equal(3, (await test.Reader.MetricAsync("level", test.Time.GetUtcNow(), test.Time.GetUtcNow().AddMinutes(1)))
            .Single().Minutes.Single().Last);
    }

    [Fact]
    public async Task A_series_goes_with_its_last_minute_and_what_it_came_from_with_the_last_of_its_series()
    {
        await using var test = new TestSink(o => o.RollupDays = 1);
        foreach (var host in new[] { "old", "kept" })
        {
            test.Sink.Metrics.Record(From(host));
        }

        await test.Sink.FlushAsync();
        test.Time.Advance(TimeSpan.FromHours(20));
        test.Sink.Metrics.Record(From("kept"));
        await test.Sink.FlushAsync();
        test.Time.Advance(TimeSpan.FromHours(10));
        Assert.Equal(2, Hosts().Count);
        test.Sink.Metrics.Record(From("kept"));
        await test.Sink.FlushAsync();

        Assert.Contains("kept", Assert.Single(Hosts()), StringComparison.Ordinal);
        var series =
            Assert.Single(await test.Reader.MetricAsync("level", test.Time.GetUtcNow().AddDays(-3), test.Time.GetUtcNow().AddMinutes(1)));
        Assert.Equal(2, series.Minutes.Count);

        MetricPoint From(string host) =>
            new() { Name = "level", Service = "s", Value = 1, Resource = new ResourceRow([new("host.name", host)]) };

        List<string> Hosts()
        {
            using var central = Database.OpenReader(SegmentFiles.CentralPath(test.Directory));
            using var rows = central.Prepare("SELECT attributes FROM resources WHERE attributes LIKE '%host.name%'");
            var hosts = new List<string>();
            while (rows.Step())
            {
                hosts.Add(rows.Text(0)!);
            }

            return hosts;
        }
    }

    private static MetricPoint Histogram(string name, long count, double? sum, double? min, double? max) =>
        new() { Name = name, Service = "s", Kind = MetricKind.Histogram, Count = count, Value = sum, Min = min, Max = max };
}
