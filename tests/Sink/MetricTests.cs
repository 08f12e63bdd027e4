namespace OrionPlatform.Sink.Tests;

public sealed class MetricTests
{
    [Fact]
    public async Task Metrics_are_read_by_series_and_minute()
    {
        await using var test = new TestSink();
        var from = test.Time.GetUtcNow();
        foreach (var value in new[] { 3.0, 1.0, 2.0 })
        {
            test.Sink.Metrics.Record(new MetricPoint { Name = "queue.depth", Unit = "{job}", Description = "Jobs that wait", Service = "worker", Value = value, Labels = [new("kind", "a")] });
            await test.Sink.FlushAsync();
        }

        test.Sink.Metrics.Record(new MetricPoint { Name = "queue.depth", Service = "worker", Value = 9, Labels = [new("kind", "b")] });
        test.Time.Advance(TimeSpan.FromMinutes(2));
        test.Sink.Metrics.Record(new MetricPoint
        {
            Name = "request.duration", Unit = "s", Kind = MetricKind.Histogram, Service = "api", Value = 12, Count = 4, Min = 1, Max = 6, Bounds = [2, 5], Buckets = [1, 2, 1],
        });
        await test.Sink.FlushAsync();

        var depth = await test.Reader.MetricAsync("queue.depth", from, test.Time.GetUtcNow());
        Assert.Equal(["{\"kind\":\"a\"}", "{\"kind\":\"b\"}"], depth.Select(s => s.Labels));
        Assert.Equal(new MetricMinute(from, 3, 3, 6, 1, 3, 2, null), depth[0].Minutes.Single() with { Distribution = null });
        var duration = await test.Reader.MetricAsync("request.duration", from, test.Time.GetUtcNow().AddSeconds(1));
        Assert.Equal(new MetricMinute(test.Time.GetUtcNow(), 1, 4, 12, 1, 6, 12, null), duration.Single().Minutes.Single() with { Distribution = null });
        Assert.Equal([new MetricDescription("queue.depth", "{job}", MetricKind.Gauge, "Jobs that wait"), new MetricDescription("request.duration", "s", MetricKind.Histogram, null)], await test.Reader.MetricsAsync());
    }

    [Fact]
    public async Task The_standard_metrics_of_a_process_are_recorded()
    {
        await using var test = new TestSink();
        test.Sink.Metrics.RecordProcess();
        await test.Sink.FlushAsync();

        var names = (await test.Reader.MetricsAsync()).Select(m => m.Name);
        Assert.Equal([StandardMetrics.CpuUsagePercent, StandardMetrics.GcCount, StandardMetrics.MemoryAllocMb, StandardMetrics.MemoryUsedBytes, StandardMetrics.PoolThreadsCount], names);
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
        Assert.Contains("'queue.depth' cannot be recorded: a value is not a finite number", Assert.Throws<ArgumentException>(() => metrics.RecordSimple("queue.depth", value)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => metrics.Record(new MetricPoint { Name = "d", Service = "api", Kind = MetricKind.Histogram, Value = 1, Max = value }));
        Assert.Throws<ArgumentException>(() => metrics.Record(new MetricPoint { Name = "d", Service = "api", Kind = MetricKind.Histogram, Value = 1, Bounds = [1, value], Buckets = [1, 0, 0] }));
        Assert.False(metrics.TryRecord(new MetricPoint { Name = "queue.depth", Service = "api", Value = value }));
        await test.Sink.FlushAsync();

        Assert.Equal(3, (await test.Reader.MetricAsync("queue.depth", test.Time.GetUtcNow(), test.Time.GetUtcNow().AddMinutes(1))).Single().Minutes.Single().Sum);
        Assert.Equal((2L, 1L, 1L), (await test.LossAsync("metrics")) is var loss ? (loss.Produced, loss.Stored, loss.Dropped) : default);
        Assert.Equal("invalid", Assert.Single(await test.Reader.LossReasonsAsync()).Reason);
    }

    [Fact]
    public async Task Raw_points_keep_their_buckets()
    {
        await using var test = new TestSink();
        test.Sink.Metrics.Record(new MetricPoint { Name = "d", Kind = MetricKind.Histogram, Service = "api", Value = 12, Count = 4, Bounds = [2, 5], Buckets = [1, 2, 1], Labels = [new("b", 2L), new("a", "1")] });
        await test.Sink.FlushAsync();

        using var segment = Database.OpenReader(SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "api"));
        using var rows = segment.Prepare("SELECT s.labels, m.buckets, m.bounds, m.id FROM metrics_timeseries m JOIN metric_series s ON s.id = m.series");
        Assert.True(rows.Step());
        Assert.Equal(("{\"a\":\"1\",\"b\":2}", "[1,2,1]", "[2,5]", test.Now), (rows.Text(0), rows.Text(1), rows.Text(2), rows.Long(3)));
    }
}
