using System.Diagnostics;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Orion.Sink;
using Orion.Sink.Otlp;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Telemetry.Tracing;
using Orion.Telemetry.Waterfalls;

namespace Orion.Telemetry.Tests;

public sealed class FoldTests
{
    private static readonly ActivityTraceId s_trace = ActivityTraceId.CreateFromString("6920f0e1000000000000000000000001");

    [Fact]
    public void Spans_become_one_tree_oldest_first()
    {
        var tree = SpanTree.Of([Row(4, 2, 40), Row(3, 1, 30), Row(2, 1, 20), Row(1, 0, 10), Row(2, 1, 20), Row(9, 8, 5)]);

        Assert.Equal([(9, 0), (1, 0), (2, 1), (4, 2), (3, 1)], tree.Select(n => (Number(n), n.Depth)));
    }

    [Fact]
    public void Whatever_the_parents_are_every_span_is_in_the_tree_once() =>
        Prop.ForAll(
            Gen.Choose(0, 12).ListOf().ToArbitrary(),
            parents =>
            {
                var rows = parents.Select((parent, i) => Row(i + 1, parent, i % 3)).ToList();
                return SpanTree.Of(rows).Select(Number).Order().SequenceEqual(Enumerable.Range(1, rows.Count));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_chain_of_any_depth_is_whole()
    {
        var rows = Enumerable.Range(1, 5000).Select(i => Row(i, i - 1, i));

        Assert.Equal(Enumerable.Range(1, 5000), SpanTree.Of(rows).Select(Number).Order());
    }

    [Fact]
    public void The_export_is_OTLP_by_the_specification()
    {
        using var json = JsonDocument.Parse(OtlpJsonExport.Write([Line(), Row(2, 1, 20)]));

        var resource = json.RootElement.GetProperty("resourceSpans")[0];
        Assert.Equal("api", resource.GetProperty("resource").GetProperty("attributes")[0].GetProperty("value").GetProperty("stringValue")
            .GetString());
        var span = resource.GetProperty("scopeSpans")[0].GetProperty("spans")[0];
        Assert.Equal(("6920f0e1000000000000000000000001", "0000000000000001", 2, "1763700000000000001", "1763700000005000001"), (
            span.GetProperty("traceId").GetString(), span.GetProperty("spanId").GetString(), span.GetProperty("kind").GetInt32(),
            span.GetProperty("startTimeUnixNano").GetString(), span.GetProperty("endTimeUnixNano").GetString()));
        Assert.False(span.TryGetProperty("parentSpanId", out _));
        Assert.Equal(2, span.GetProperty("status").GetProperty("code").GetInt32());
        var attributes = span.GetProperty("attributes").EnumerateArray()
            .ToDictionary(a => a.GetProperty("key").GetString()!, a => a.GetProperty("value").GetRawText());
        Assert.Equal(
            ("""{"intValue":"9007199254740993"}""", """{"doubleValue":"NaN"}""", """{"boolValue":true}""",
                """{"arrayValue":{"values":[{"stringValue":"a"},{"stringValue":"b"}]}}"""),
            (attributes["rows"], attributes["ratio"], attributes["hit"], attributes["list"]));
    }

    [Fact]
    public async Task What_is_exported_comes_back_the_same_through_ingest()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1763700001));
        await using (var sink = new TelemetrySink(
            new TelemetrySinkOptions { Directory = folder.Path, Process = "api" }, time))
        {
            var result =
                sink.Accept(new OtlpIngest(time), OtlpSignal.Traces, OtlpEncoding.Json, OtlpJsonExport.Write([Line(), Row(2, 1, 20)]));
            Assert.Equal((2, 0), (result.Accepted, result.Rejected));
        }

        await using var reader = new TelemetryReader(folder.Path, time);
        var trace = Assert.Single((await reader.StoryAsync(s_trace))!.Traces);
        var (line, expected) = (Assert.Single(trace.Lines), Line());
        Assert.Equal(
            (expected.Name, expected.Route, expected.Method, expected.StatusCode, expected.Outcome, expected.ErrorCode,
                expected.CorrelationId, expected.Tenant, expected.User, expected.Surface),
            (line.Name, line.Route, line.Method, line.StatusCode, line.Outcome, line.ErrorCode, line.CorrelationId, line.Tenant, line.User,
                line.Surface));
        Assert.Equal((expected.StartUnixNanos, expected.DurationNanos, expected.Status, expected.StatusMessage),
            (line.StartUnixNanos, line.DurationNanos, line.Status, line.StatusMessage));
        Assert.Equal(expected.Links, line.Links);
        Assert.Equal("exception", Assert.Single(line.Events).Name);
        Assert.Contains(line.Attributes, a => a is { Key: "rows", Value: 9007199254740993L });
        Assert.Equal(line.SpanId, Assert.Single(trace.Spans).ParentSpanId);
    }

    [Fact]
    public void Figures_of_a_route_are_within_one_percent()
    {
        var traces = Enumerable.Range(1, 1000).Select(ms =>
        {
            var line = Line();
            (line.DurationNanos, line.Status) = (ms * 1_000_000L, ms % 10 == 0 ? SpanStatus.Error : SpanStatus.Unset);
            return new LocalTrace(line, []);
        });

        var figures = Assert.Single(LocalRouteFigures.Of(traces));

        Assert.Equal(("POST /v1/things", 1000, 100), (figures.Name, figures.Count, figures.Errors));
        Assert.InRange(figures.P50Ms, 495, 505);
        Assert.InRange(figures.P95Ms, 940.5, 959.5);
        Assert.InRange(figures.P99Ms, 980.1, 999.9);
    }

    private static int Number(SpanNode node) => Convert.ToInt32(node.Span.SpanId.ToHexString(), 16);

    private static ActivitySpanId Id(int number) => number == 0 ? default : ActivitySpanId.CreateFromString(number.ToString("x16"));

    private static SpanRow Row(int id, int parent, long start) =>
        new()
        {
            TraceId = s_trace,
            SpanId = Id(id),
            ParentSpanId = Id(parent),
            Service = "api",
            Name = $"span {id}",
            StartUnixNanos = 1_763_700_000_000_000_000 + start,
            DurationNanos = 1000
        };

    private static CanonicalLine Line() => new()
    {
        TraceId = s_trace,
        SpanId = Id(1),
        Service = "api",
        Name = "POST /v1/things",
        Kind = ActivityKind.Server,
        LineKind = CanonicalLine.Request,
        Surface = "public",
        Method = "POST",
        Route = "/v1/things",
        StatusCode = 500,
        Outcome = "error",
        ErrorCode = "internal",
        CorrelationId = "corr-1",
        Tenant = "acme",
        User = "u_91",
        StartUnixNanos = 1_763_700_000_000_000_001,
        DurationNanos = 5_000_000,
        Status = SpanStatus.Error,
        StatusMessage = "it failed",
        Attributes = [new("rows", 9007199254740993L), new("ratio", double.NaN), new("hit", true), new("list", new[] { "a", "b" })],
        Links = [new SpanLink(ActivityTraceId.CreateFromString("6920f0e1000000000000000000000002"), Id(7))],
        Events = [new SpanEvent(1_763_700_000_000_000_002, "exception", [new("exception.type", "X")])],
    };
}
