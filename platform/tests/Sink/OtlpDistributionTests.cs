using System.Text;
using System.Text.Json;
using Orion.Sink.Metrics;
using Orion.Sink.Otlp;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

/// <summary>Exponential histograms and summaries, which have no table of their own.</summary>
public sealed class OtlpDistributionTests
{
    [Fact]
    public async Task An_exponential_histogram_keeps_its_buckets_with_bounds_of_their_own()
    {
        await using var test = new TestSink();

        // Scale 1: base is the root of 2. Index 2 is above 2 and at most 2.83; index 4 is above 4 and at most 5.66; index -1 of the
        // negative side is -1 to -0.71.
        var point = Exponential(test, count: 12, sum: 40).Varint(6, 2).Fixed64(7, 5).Message(8, Buckets(offset: 2, 3, 0, 2))
            .Message(9, Buckets(offset: -1, 2)).Double(12, -0.9).Double(13, 5);
        Assert.Equal(new OtlpResult(1, 0, null), Accept(test, Metric("d", 1, point)));

        var (stored, bounds, counts) = Assert.Single(await StoredAsync(test));
        Assert.Equal((12, 40.0, -0.9, 5.0), (stored.Count, stored.Sum, stored.Min, stored.Max));
        Assert.Equal([0, 2, 5, 0, 3, 0, 2, 0], counts);
        Assert.Equal([-1, -Math.Sqrt(0.5), 0, 2, 2 * Math.Sqrt(2), 4, 4 * Math.Sqrt(2)], bounds, (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public async Task Totals_of_exponential_histograms_are_told_apart_by_bucket_also_when_the_sender_has_made_them_coarser()
    {
        await using var test = new TestSink();
        var ingest = new OtlpIngest(test.Time);
        test.Time.Advance(TimeSpan.FromSeconds(1));
        var start = (ulong)test.Now;
        test.Time.Advance(TimeSpan.FromSeconds(1));
        Send(Exponential(test, 3, 9).Varint(6, 4).Message(8, Buckets(8, 1, 1, 1)));

        // Scale 2 before, 1 now: indexes 8 and 9 have become 4, index 10 has become 5. Two values came, one of them above all before.
        Send(Exponential(test, 5, 50).Varint(6, 2).Message(8, Buckets(4, 3, 1, 0, 1)));

        // The sender started anew.
        test.Time.Advance(TimeSpan.FromSeconds(1));
        start = (ulong)test.Now;
        test.Time.Advance(TimeSpan.FromSeconds(1));
        Send(Exponential(test, 1, 4).Varint(6, 2).Message(8, Buckets(3, 1)));

        var stored = await StoredAsync(test);
        Assert.Equal([(3L, 9.0), (2L, 41.0), (1L, 4.0)], stored.Select(s => (s.Minute.Count, s.Minute.Sum)));
        Assert.Equal([0, 1, 0, 1, 0], stored[1].Counts);
        Assert.Equal([4, 4 * Math.Sqrt(2), 8 * Math.Sqrt(2), 16], stored[1].Bounds, (a, b) => Math.Abs(a - b) < 1e-12);

        void Send(ProtoBody point)
        {
            var body = Metric("d", 2, point.Fixed64(2, start));
            Assert.Equal(0, test.Sink.Accept(ingest, OtlpSignal.Metrics, OtlpEncoding.Protobuf, body).Rejected);
        }
    }

    [Fact]
    public async Task A_total_with_other_bounds_than_before_adds_its_count_once_and_no_buckets()
    {
        await using var test = new TestSink();
        var ingest = new OtlpIngest(test.Time);
        test.Time.Advance(TimeSpan.FromSeconds(1));
        var start = (ulong)test.Now;
        test.Time.Advance(TimeSpan.FromSeconds(1));
        foreach (var (total, bound) in new[] { (4UL, 1.0), (6UL, 2.0) })
        {
            var point = new ProtoBody().Fixed64(2, start).Fixed64(3, (ulong)test.Now).Fixed64(4, total).Double(5, total * 2)
                .Double(7, bound).Fixed64(6, total).Fixed64(6, 0);
            test.Sink.Accept(ingest, OtlpSignal.Metrics, OtlpEncoding.Protobuf,
                Request(new ProtoBody().Text(1, "d").Message(9, new ProtoBody().Message(1, point).Varint(2, 2))));
        }

        var stored = await StoredAsync(test);
        Assert.Equal([(4L, 8.0, 2), (2L, 4.0, 0)], stored.Select(s => (s.Minute.Count, s.Minute.Sum, s.Counts.Length)));
    }

    [Fact]
    public void What_has_come_to_lie_within_a_wider_threshold_of_zero_is_not_taken_for_new()
    {
        // Scale 0: index -2 ends at 0.5, index -1 at 1, index 0 at 2. The threshold grows from 0 to 1, and five values come.
        var before = new OtlpExponential { Zero = 1, Positive = new OtlpBuckets(-2, [2, 3, 1]), Negative = new OtlpBuckets(-1, [4]) };
        var now = new OtlpExponential { Zero = 11, ZeroThreshold = 1, Positive = new OtlpBuckets(0, [5]) };

        Assert.True(now.TrySince(before, out var added));
        Assert.Equal((1UL, 4UL, 0), (added!.Zero, Assert.Single(added.Positive.Counts), added.Negative.Counts.Length));
        Assert.False(new OtlpExponential { Zero = 9, ZeroThreshold = 1, Positive = new OtlpBuckets(0, [5]) }.TrySince(before, out _));

        // A threshold within a bucket cuts it in two, nobody knows how: the two cannot be compared.
        Assert.True(new OtlpExponential { Zero = 11, ZeroThreshold = 0.7, Positive = new OtlpBuckets(0, [5]) }.TrySince(before, out added));
        Assert.Null(added);
    }

    [Theory]
    [InlineData(21, 0, "scale is not between -10 and 20")]
    [InlineData(-11, 0, "scale is not between -10 and 20")]
    [InlineData(0, 1023, "reach beyond the largest number")]
    [InlineData(-10, 1, "reach beyond the largest number")]
    public async Task Buckets_that_cannot_be_are_rejected_with_their_reason(int scale, int offset, string why)
    {
        await using var test = new TestSink();
        var result = Accept(test, Metric("d", 1, Exponential(test, 1, 1).Varint(6, Zigzag(scale)).Message(8, Buckets(offset, 1))));

        Assert.Equal((0, 1), (result.Accepted, result.Rejected));
        Assert.Contains(why, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_summary_is_a_level_for_each_quantile_and_counts_what_was_added()
    {
        await using var test = new TestSink();
        var ingest = new OtlpIngest(test.Time);
        test.Time.Advance(TimeSpan.FromSeconds(1));
        var start = (ulong)test.Now;
        test.Time.Advance(TimeSpan.FromSeconds(1));
        foreach (var (total, p99) in new[] { (100UL, 0.8), (130UL, 0.9) })
        {
            var point = new ProtoBody().Fixed64(2, start).Fixed64(3, (ulong)test.Now).Fixed64(4, total).Double(5, total / 10.0)
                .Attribute(7, "route", "/a")
                .Message(6, new ProtoBody().Double(1, 0.5).Double(2, double.NaN))
                    .Message(6, new ProtoBody().Double(1, 0.99).Double(2, p99));
            var body = Request(new ProtoBody().Text(1, "rpc").Text(3, "s").Message(11, new ProtoBody().Message(1, point)));
            Assert.Equal(new OtlpResult(1, 0, null), test.Sink.Accept(ingest, OtlpSignal.Metrics, OtlpEncoding.Protobuf, body));
            await test.Sink.FlushAsync();
        }

        var quantile = await OnlyAsync(test, "rpc");
        Assert.Equal(("{\"quantile\":\"0.99\",\"route\":\"/a\"}", 0.9, 0.8),
            (quantile.Labels, quantile.Minutes.Single().Last ?? 0, quantile.Minutes.Single().Min ?? 0));
        Assert.Equal((130.0, "{\"route\":\"/a\"}"),
            ((await OnlyAsync(test, "rpc.count")).Minutes.Single().Sum ?? 0, (await OnlyAsync(test, "rpc.count")).Labels));
        Assert.Equal(13.0, (await OnlyAsync(test, "rpc.sum")).Minutes.Single().Sum ?? 0, 9);
        Assert.Equal([("rpc", MetricKind.Gauge, "s"), ("rpc.count", MetricKind.Counter, ""), ("rpc.sum", MetricKind.Counter, "s")],
            (await test.Reader.MetricsAsync()).Select(m => (m.Name, m.Kind, m.Unit)));
    }

    [Fact]
    public async Task JSON_says_the_same()
    {
        await using var test = new TestSink();
        var ingest = new OtlpIngest(test.Time);
        test.Time.Advance(TimeSpan.FromSeconds(1));
        var body = Encoding.UTF8.GetBytes($$$"""
            {"resourceMetrics":[{"scopeMetrics":[{"metrics":[
              {"name":"d","exponentialHistogram":{"aggregationTemporality":1,"dataPoints":[
                {"timeUnixNano":"{{{test.Now}}}","count":"12","sum":40,"scale":1,"zeroCount":"5",
            """ + $$$"""
            "positive":{"offset":2,"bucketCounts":["3","0","2"]},"negative":{"offset":-1,"bucketCounts":["2"]},"min":-0.9,"max":5}]}},
              {"name":"rpc","summary":{"dataPoints":[
                {"startTimeUnixNano":"{{{test.Now - 1}}}","timeUnixNano":"{{{test.Now}}}","count":"7","sum":3.5,
            """ + $$$"""
            "quantileValues":[{"quantile":0.5,"value":0.4},{"quantile":1,"value":"NaN"}]}]}},
              {"name":"bad","gauge":{"dataPoints":[{"timeUnixNano":"{{{test.Now}}}","asDouble":"Infinity"}]}}]}]}]}
            """);
        var result = test.Sink.Accept(ingest, OtlpSignal.Metrics, OtlpEncoding.Json, body);
        Assert.Equal((2, 1, "a value is not a finite number"), (result.Accepted, result.Rejected, result.Message));

        var (_, bounds, counts) = Assert.Single(await StoredAsync(test), s => s.Minute.Count == 12);
        Assert.Equal([0, 2, 5, 0, 3, 0, 2, 0], counts);
        Assert.Equal(-1, bounds[0], 12);
        Assert.Equal((0.4, "{\"quantile\":\"0.5\"}"),
            ((await OnlyAsync(test, "rpc")).Minutes.Single().Last ?? 0, (await OnlyAsync(test, "rpc")).Labels));
        Assert.Equal(7, (await OnlyAsync(test, "rpc.count")).Minutes.Single().Sum);
    }

    private static OtlpResult Accept(TestSink test, byte[] body) =>
        test.Sink.Accept(new OtlpIngest(test.Time), OtlpSignal.Metrics, OtlpEncoding.Protobuf, body);

    private static async Task<MetricSeries> OnlyAsync(TestSink test, string name)
    {
        await test.Sink.FlushAsync();
        return Assert.Single(await test.Reader.MetricAsync(name, test.Time.GetUtcNow().AddHours(-1), test.Time.GetUtcNow().AddHours(1)));
    }

    /// <summary>Raw points in the order they came, as the sink has them.</summary>
    private static async Task<List<((long Count, double Sum, double Min, double Max) Minute, double[] Bounds,
        long[] Counts)>> StoredAsync(TestSink test)
    {
        await test.Sink.FlushAsync();
        using var segment = Database.OpenReader(SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "api"));
        using var rows = segment.Prepare("SELECT count, value, min, max, coalesce(bounds, '[]'), coalesce(buckets, '[]') " +
            "FROM metrics_timeseries ORDER BY id");
        var stored = new List<((long, double, double, double), double[], long[])>();
        while (rows.Step())
        {
            stored.Add(((rows.Long(0), rows.Double(1), rows.Double(2), rows.Double(3)),
                JsonSerializer.Deserialize<double[]>(rows.Text(4)!)!,
                JsonSerializer.Deserialize<long[]>(rows.Text(5)!)!));
        }

        return stored;
    }

    private static ProtoBody Exponential(TestSink test, ulong count, double sum) =>
        new ProtoBody().Fixed64(3, (ulong)test.Now).Fixed64(4, count).Double(5, sum);

    private static ProtoBody Buckets(int offset, params ulong[] counts)
    {
        var packed = new List<byte>();
        foreach (var count in counts)
        {
            packed.Add((byte)count);
        }

        return new ProtoBody().Varint(1, Zigzag(offset)).Bytes(2, [.. packed]);
    }

    private static ulong Zigzag(int value) => (uint)((value << 1) ^ (value >> 31));

    private static byte[] Metric(string name, ulong temporality, ProtoBody point) =>
        Request(new ProtoBody().Text(1, name).Message(10, new ProtoBody().Varint(2, temporality).Message(1, point)));

    private static byte[] Request(ProtoBody metric) =>
        new ProtoBody().Message(1, new ProtoBody().Message(2, new ProtoBody().Message(2, metric))).ToArray();
}
