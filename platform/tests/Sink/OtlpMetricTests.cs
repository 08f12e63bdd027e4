using System.Text;
using Orion.Sink.Metrics;
using Orion.Sink.Otlp;
using Orion.Sink.Rows;

namespace Orion.Sink.Tests;

public sealed class OtlpMetricTests
{
    private const int Delta = 1;
    private const int Cumulative = 2;

    [Fact]
    public async Task Gauges_sums_and_histograms_are_stored_with_their_labels()
    {
        await using var test = new TestSink();
        var body = Request(
            "node-1",
            Metric("node.slots.free", "{slot}").Message(5, new ProtoBody().Message(1, Number(test, 3).Attribute(7, "runtime", "sleeper"))),
            Metric("node.tasks", "{task}").Message(7, Sum(Delta, Number(test, 2))),
            Metric("node.queue", "{task}").Message(7, new ProtoBody().Message(1, Number(test, -4)).Varint(2, Cumulative)),
            Metric("node.start.duration", "s").Message(9, new ProtoBody().Varint(2, Delta).Message(1, Histogram(test, [1, 2, 1], 12))));

        Assert.Equal(new OtlpResult(4, 0, null),
            test.Sink.Accept(new OtlpIngest(test.Time), OtlpSignal.Metrics, OtlpEncoding.Protobuf, body));
        await test.Sink.FlushAsync();

        var free = await OnlyAsync(test, "node.slots.free");
        Assert.Equal(("node-agent", "{\"runtime\":\"sleeper\"}", 3.0), (free.Service, free.Labels, free.Minutes.Single().Last ?? 0));
        Assert.Equal("""{"service.instance.id":"node-1","service.name":"node-agent"}""", free.Resource.Text);
        Assert.Equal(2, (await OnlyAsync(test, "node.tasks")).Minutes.Single().Sum);
        Assert.Equal(-4, (await OnlyAsync(test, "node.queue")).Minutes.Single().Last);
        var duration = (await OnlyAsync(test, "node.start.duration")).Minutes.Single();
        Assert.Equal((4L, 12.0, 0.5, 9.0), (duration.Count, duration.Sum ?? 0, duration.Min ?? 0, duration.Max ?? 0));
        Assert.Equal(
            [("node.queue", "{task}", MetricKind.Gauge), ("node.slots.free", "{slot}", MetricKind.Gauge),
                ("node.start.duration", "s", MetricKind.Histogram), ("node.tasks", "{task}", MetricKind.Counter)],
            (await test.Reader.MetricsAsync()).Select(m => (m.Name, m.Unit, m.Kind)));
    }

    [Fact]
    public async Task Totals_count_once_whoever_sends_them_and_however_often_it_restarts()
    {
        await using var test = new TestSink();
        var ingest = new OtlpIngest(test.Time);
        test.Time.Advance(TimeSpan.FromSeconds(1));
        var first = (ulong)test.Now;
        test.Time.Advance(TimeSpan.FromSeconds(1));
        Send("node-1", 10, first);
        Send("node-2", 7, first);
        Send("node-1", 15, first);
        Send("node-2", 7, first);
        test.Time.Advance(TimeSpan.FromSeconds(1));
        var second = (ulong)test.Now;
        test.Time.Advance(TimeSpan.FromSeconds(1));
        Send("node-1", 4, second);
        await test.Sink.FlushAsync();

        var series = await test.Reader.MetricAsync("node.tasks", test.Time.GetUtcNow().AddHours(-1), test.Time.GetUtcNow().AddHours(1));
        Assert.Equal([19.0, 7.0], series.Select(s => s.Minutes.Sum(m => m.Sum) ?? 0));

        void Send(string instance, long total, ulong start) => test.Sink.Accept(ingest,
            OtlpSignal.Metrics, OtlpEncoding.Protobuf,
            Request(instance, Metric("node.tasks", "").Message(7, Sum(Cumulative, Number(test, total).Fixed64(2, start)))));
    }

    [Fact]
    public async Task A_total_older_than_the_receiver_only_starts_its_series()
    {
        await using var test = new TestSink();
        var ingest = new OtlpIngest(test.Time);
        var before = (ulong)(test.Now - UnixTime.Minute);
        foreach (var buckets in new long[][] { [100, 100, 100], [101, 100, 102] })
        {
            test.Sink.Accept(ingest, OtlpSignal.Metrics, OtlpEncoding.Protobuf, Request(
                "node-1", Metric("node.start.duration", "s").Message(9, new ProtoBody().Varint(2, Cumulative)
                    .Message(1, Histogram(test, buckets, buckets.Sum() * 2).Fixed64(2, before)))));
        }

        await test.Sink.FlushAsync();
        var minute = (await OnlyAsync(test, "node.start.duration")).Minutes.Single();
        Assert.Equal((3L, 6.0, null, null), (minute.Count, minute.Sum ?? 0, minute.Min, minute.Max));
    }

    [Fact]
    public async Task What_cannot_be_stored_is_rejected_with_its_reason_and_the_rest_is_stored()
    {
        await using var test = new TestSink();
        var body = Request(
            "node-1",
            Metric("good", "").Message(5, new ProtoBody().Message(1, Number(test, 1))),
            Metric("nan", "").Message(5, new ProtoBody().Message(1, new ProtoBody().Fixed64(3, (ulong)test.Now).Double(4, double.NaN))),
            Metric("missing", "").Message(5, new ProtoBody().Message(1, new ProtoBody().Varint(8, 1))));
        var result = test.Sink.Accept(new OtlpIngest(test.Time), OtlpSignal.Metrics, OtlpEncoding.Protobuf, body);
        Assert.Equal((2, 1, "a value is not a finite number"), (result.Accepted, result.Rejected, result.Message));
        await test.Sink.FlushAsync();
        Assert.Equal(["good"], (await test.Reader.MetricsAsync()).Select(m => m.Name));
    }

    [Fact]
    public async Task What_protobuf_does_not_set_is_unset_and_not_zero()
    {
        await using var test = new TestSink();
        var buckets = new ProtoBody().Fixed64(3, (ulong)test.Now).Fixed64(4, 3).Double(7, 100)
            .Bytes(6, [.. BitConverter.GetBytes(1L), .. BitConverter.GetBytes(2L)]);
        var body = Request(
            "node-1",
            Metric("unset", "").Message(5, new ProtoBody().Message(1, new ProtoBody().Fixed64(3, (ulong)test.Now))),
            Metric("zero", "").Message(5, new ProtoBody().Message(1, Number(test, 0))),
            Metric("bare", "").Message(9, new ProtoBody().Varint(2, Delta).Message(1, buckets)),
            Metric("empty", "").Message(9, new ProtoBody().Varint(2, Delta).Message(1, new ProtoBody().Fixed64(3, (ulong)test.Now))),
            Metric("exponential", "").Message(10, new ProtoBody().Varint(2, Delta)
                .Message(1, new ProtoBody().Fixed64(3, (ulong)test.Now).Fixed64(4, 1).Fixed64(7, 1))));
        var result = test.Sink.Accept(new OtlpIngest(test.Time), OtlpSignal.Metrics, OtlpEncoding.Protobuf, body);
        Assert.Equal((4, 1), (result.Accepted, result.Rejected));
        Assert.Contains("neither as_int nor as_double", result.Message, StringComparison.Ordinal);
        await test.Sink.FlushAsync();

        Assert.Equal((0.0, 0.0), await FiguresAsync("zero", m => (m.Sum ?? -1, m.Last ?? -1)));
        Assert.Equal<(long, double?, double?, double?)>((3, null, null, null),
            await FiguresAsync("bare", m => (m.Count, m.Sum, m.Min, m.Max)));
        Assert.Equal<(long, double?, double?, double?)>((0, null, null, null),
            await FiguresAsync("empty", m => (m.Count, m.Sum, m.Min, m.Max)));
        Assert.Equal<(long, double?, double?, double?)>((1, null, null, null),
            await FiguresAsync("exponential", m => (m.Count, m.Sum, m.Min, m.Max)));

        async Task<T> FiguresAsync<T>(string name, Func<MetricMinute, T> figures) =>
            figures((await OnlyAsync(test, name)).Minutes.Single());
    }

    [Fact]
    public async Task JSON_says_the_same()
    {
        await using var test = new TestSink();
        var body = Encoding.UTF8.GetBytes($$$"""
            {"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"node-agent"}}]},
            """ + $$$"""
            "scopeMetrics":[{"metrics":[
              {"name":"node.tasks","sum":{"aggregationTemporality":1,"isMonotonic":true,
            """ + $$$"""
            "dataPoints":[{"timeUnixNano":"{{{test.Now}}}","asInt":"5"}]}},
              {"name":"node.load","gauge":{"dataPoints":[{"timeUnixNano":"{{{test.Now}}}","asDouble":0.5}]}},
              {"name":"node.start.duration","histogram":{"aggregationTemporality":1,"dataPoints":[
                {"timeUnixNano":"{{{test.Now}}}","count":"3","sum":6,"explicitBounds":[1],"bucketCounts":["1","2"]}]}}]}]}]}
            """);
        Assert.Equal(new OtlpResult(3, 0, null), test.Sink.Accept(new OtlpIngest(test.Time), OtlpSignal.Metrics, OtlpEncoding.Json, body));
        await test.Sink.FlushAsync();
        Assert.Equal(5, (await OnlyAsync(test, "node.tasks")).Minutes.Single().Sum);
        Assert.Equal(0.5, (await OnlyAsync(test, "node.load")).Minutes.Single().Last);
        var start = (await OnlyAsync(test, "node.start.duration")).Minutes.Single();
        Assert.Equal((3L, 6.0), (start.Count, start.Sum ?? 0));
    }

    [Fact]
    public async Task A_body_cut_off_anywhere_is_refused()
    {
        await using var test = new TestSink();
        var ingest = new OtlpIngest(test.Time);
        var metric = Metric("node.start.duration", "s")
            .Message(9, new ProtoBody().Varint(2, Delta).Message(1, Histogram(test, [1, 2, 1], 12)));
        var whole = Request("node-1", metric);
        for (var length = 1; length < whole.Length; length++)
        {
            Assert.Throws<OtlpFormatException>(() =>
                test.Sink.Accept(ingest, OtlpSignal.Metrics, OtlpEncoding.Protobuf, whole.AsMemory(0, length)));
        }
    }

    private static async Task<MetricSeries> OnlyAsync(TestSink test, string name) =>
        Assert.Single(await test.Reader.MetricAsync(name, test.Time.GetUtcNow().AddHours(-1), test.Time.GetUtcNow().AddHours(1)));

    private static ProtoBody Metric(string name, string unit) => new ProtoBody().Text(1, name).Text(3, unit);

    private static ProtoBody Sum(int temporality, ProtoBody point) =>
        new ProtoBody().Message(1, point).Varint(2, (ulong)temporality).Varint(3, 1);

    private static ProtoBody Number(TestSink test, long value) => new ProtoBody().Fixed64(3, (ulong)test.Now).Fixed64(6, (ulong)value);

    private static ProtoBody Histogram(TestSink test, long[] buckets, double sum)
    {
        var point = new ProtoBody().Fixed64(3, (ulong)test.Now).Fixed64(4, (ulong)buckets.Sum()).Double(5, sum).Double(7, 1).Double(7, 5)
            .Double(11, 0.5).Double(12, 9);
        return point.Bytes(6, [.. buckets.SelectMany(b => BitConverter.GetBytes(b))]);
    }

    private static byte[] Request(string instance, params ProtoBody[] metrics)
    {
        var scope = new ProtoBody();
        foreach (var metric in metrics)
        {
            scope.Message(2, metric);
        }

        var resource = new ProtoBody().Attribute(1, "service.name", "node-agent").Attribute(1, "service.instance.id", instance);
        return new ProtoBody().Message(1, new ProtoBody().Message(1, resource).Message(2, scope)).ToArray();
    }
}
