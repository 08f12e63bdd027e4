using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using Orion.Sink.Otlp;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

/// <summary>What telemetry comes from, and what was left out of it, is kept and can be asked for.</summary>
public sealed class SourceTests
{
    private const string Trace = "5b8efff798038103d269b633813fc60c";

    [Theory]
    [InlineData(OtlpEncoding.Json)]
    [InlineData(OtlpEncoding.Protobuf)]
    public async Task Resource_scope_trace_state_and_the_links_attributes_come_back_in_both_encodings(OtlpEncoding encoding)
    {
        await using var test = new TestSink();
        Accept(test, OtlpSignal.Traces, encoding, encoding == OtlpEncoding.Json ? JsonSpan("web-1") : ProtoSpan("web-1"));

        var read = Assert.Single((await test.Reader.StoryAsync(ActivityTraceId.CreateFromString(Trace)))!.Traces.Single().Spans);
        Assert.Equal([new("host.name", "web-1"), new("service.name", "shop"), new("service.version", "1.2.3")], read.Resource!.Attributes);
        Assert.Equal(("shop.orders", "2.0"), (read.Scope!.Name, read.Scope.Version));
        Assert.Equal([new("team", "blue")], read.Scope.Attributes);
        Assert.Equal("vendor=a", read.TraceState);
        var link = Assert.Single(read.Links);
        Assert.Equal("vendor=b", link.TraceState);
        Assert.Equal([new("why", "batch")], link.Attributes);
    }

    [Fact]
    public async Task A_search_for_an_attribute_finds_it_on_the_row_its_resource_or_its_scope()
    {
        await using var test = new TestSink();
        test.Sink.Resource = new ResourceRow([new("host.name", "own"), new("service.name", "api")]);
        var foreign = new ResourceRow([new("host.name", "web-1"), new("process.pid", 42L), new("beta", true)]);
        CanonicalLine[] lines = [test.Line("/own"), test.Line("/foreign"), test.Line("/row"), test.Line("/scope"), test.Line("/both")];
        (lines[1].Resource, lines[4].Resource) = (foreign, foreign);
        (lines[2].Attributes, lines[4].Attributes) = ([new("other", "x"), new("host.name", "web-1")], [new("host.name", "web-2")]);
        lines[3].Scope = new ScopeRow("library", "9", [new("host.name", "web-1")]);
        foreach (var line in lines)
        {
            line.StartUnixNanos++;
            test.Sink.Record(line);
        }

        await test.Sink.FlushAsync();
        Assert.Equal(["/both", "/foreign", "/row", "/scope"], await RoutesAsync("host.name", "web-1"));
        Assert.Equal(["/own", "/row", "/scope"], await RoutesAsync("host.name", "own"));
        Assert.Equal(["/both", "/foreign"], await RoutesAsync("process.pid", "42"));
        Assert.Equal(["/both", "/foreign"], await RoutesAsync("beta", "true"));
        Assert.Equal(["/both"], await RoutesAsync("host.name", "web-2"));
        Assert.Equal(["/scope"], await RoutesAsync("otel.scope.name", "library"));
        Assert.Empty(await RoutesAsync("host.name", "nowhere"));
        Assert.Empty(await RoutesAsync("no.such.key", "web-1"));

        async Task<List<string?>> RoutesAsync(string key, string value) =>
            [.. (await test.Reader.LinesAsync(new TraceQuery { Attributes = [new(key, value)] })).Items.Select(l => l.Route)
                .Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task A_search_for_a_logs_attribute_finds_it_by_resource_too()
    {
        await using var test = new TestSink();
        var (mine, other) = (test.Log("mine"), test.Log("other"));
        other.Resource = new ResourceRow([new("k8s.pod.name", "shop-7")]);
        (other.SeverityText, other.DroppedAttributes) = ("CRITICAL", 3);
        test.Sink.Record(mine);
        test.Sink.Record(other);
        await test.Sink.FlushAsync();

        var found = Assert.Single((await test.Reader.LogsAsync(new LogQuery { Attributes = [new("k8s.pod.name", "shop-7")] })).Items);
        Assert.Equal(("other", "CRITICAL", 3), (found.Message, found.SeverityText, found.DroppedAttributes));
    }

    [Fact]
    public async Task Equal_resources_are_one_row_however_many_objects_and_restarts_they_came_in()
    {
        await using var test = new TestSink();
        var own = new ResourceRow([new("service.name", "api")]);
        test.Sink.Resource = own;
        for (var round = 0; round < 3; round++)
        {
            var (line, span) = (test.Line(), test.Span(ActivityTraceId.CreateRandom()));
            line.Resource = new ResourceRow([new("host.name", "web-1"), new("service.name", "shop")]);
            span.Resource = new ResourceRow([new("service.name", "shop"), new("host.name", "web-1")]);
            test.Sink.Record(line);
            test.Sink.Record(span);
            test.Sink.Record(test.Line());
            await test.ReopenAsync();
            test.Sink.Resource = new ResourceRow([new("service.name", "api")]);
        }

        using var database = Database.OpenReader(SegmentFiles.SegmentPath(test.Directory, UnixTime.DayOf(test.Now), "api"));
        Assert.Equal(2, database.QueryLong("SELECT count(*) FROM resources"));
        Assert.Equal(3, database.QueryLong("SELECT count(*) FROM canonical_lines WHERE resource = 1"));
        Assert.Equal(6, database.QueryLong(
            "SELECT (SELECT count(*) FROM canonical_lines WHERE resource = 2) + (SELECT count(*) FROM spans WHERE resource = 2)"));
    }

    [Fact]
    public async Task What_was_left_out_comes_back_with_its_row()
    {
        await using var test = new TestSink();
        var line = test.Line();
        (line.DroppedAttributes, line.DroppedEvents, line.DroppedLinks) = (72, 172, int.MaxValue);
        line.Links = [new SpanLink(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom()) { DroppedAttributes = 4 }];
        line.Events = [new SpanEvent(test.Now, "e", []) { DroppedAttributes = 5 }];
        test.Sink.Record(line);
        await test.Sink.FlushAsync();

        var read = Assert.Single((await test.Reader.LinesAsync(new TraceQuery())).Items);
        Assert.Equal((72, 172, (1 << 21) - 1), (read.DroppedAttributes, read.DroppedEvents, read.DroppedLinks));
        Assert.Equal((4, 5), (read.Links.Single().DroppedAttributes, read.Events.Single().DroppedAttributes));
    }

    [Theory]
    [InlineData("error", LogLevel.Error)]
    [InlineData("CRITICAL", LogLevel.Critical)]
    [InlineData("warn", LogLevel.Warning)]
    [InlineData("Warning", LogLevel.Warning)]
    [InlineData("Fatal", LogLevel.Critical)]
    [InlineData("information", LogLevel.Information)]
    [InlineData("notice", LogLevel.Information)]
    [InlineData("DEBUG2", LogLevel.Debug)]
    [InlineData("[ERR]", LogLevel.Error)]
    [InlineData("SEVERITY_ERROR", LogLevel.Error)]
    [InlineData("panic", LogLevel.Critical)]
    [InlineData("Verbose", LogLevel.Trace)]
    [InlineData("E", LogLevel.Error)]
    [InlineData("purple", LogLevel.Information)]
    public async Task A_severity_text_alone_gives_the_level_and_is_kept(string text, LogLevel level)
    {
        await using var test = new TestSink();
        var json = $$$"""{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityText":"{{{text}}}","body":{"stringValue":"x"}}]}]}]}""";
        var record = new ProtoBody().Text(3, text).Message(5, new ProtoBody().Text(1, "x"));
        var proto = new ProtoBody().Message(1, new ProtoBody().Message(2, new ProtoBody().Message(2, record)));
        Accept(test, OtlpSignal.Logs, OtlpEncoding.Json, Encoding.UTF8.GetBytes(json));
        Accept(test, OtlpSignal.Logs, OtlpEncoding.Protobuf, proto.ToArray());
        await test.Sink.FlushAsync();

        var read = (await test.Reader.LogsAsync(new LogQuery())).Items;
        Assert.Equal([(level, text), (level, text)], read.Select(r => (r.Level, r.SeverityText)));
    }

    [Fact]
    public async Task A_severity_number_goes_before_its_text()
    {
        await using var test = new TestSink();
        byte[] json =
        [
            .. """{"resourceLogs":[{"scopeLogs":[{"logRecords":["""u8,
            .. """{"severityNumber":13,"severityText":"error","body":{"stringValue":"x"}}]}]}]}"""u8,
        ];
        Accept(test, OtlpSignal.Logs, OtlpEncoding.Json, json);
        await test.Sink.FlushAsync();

        var read = Assert.Single((await test.Reader.LogsAsync(new LogQuery())).Items);
        Assert.Equal((LogLevel.Warning, "error"), (read.Level, read.SeverityText));
    }

    private static void Accept(TestSink test, OtlpSignal signal, OtlpEncoding encoding, byte[] body)
    {
        Assert.Equal(1, test.Sink.Accept(new OtlpIngest(test.Time), signal, encoding, body).Accepted);
        test.Sink.FlushAsync().GetAwaiter().GetResult();
    }

    private static byte[] JsonSpan(string host) => Encoding.UTF8.GetBytes($$$"""
        {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}},
        """ + $$$"""
        {"key":"host.name","value":{"stringValue":"{{{host}}}"}},
          {"key":"service.version","value":{"stringValue":"1.2.3"}}]},
         "scopeSpans":[{"scope":{"name":"shop.orders","version":"2.0","attributes":[{"key":"team","value":{"stringValue":"blue"}}]},
          "spans":[{"traceId":"{{{Trace}}}","spanId":"eee19b7ec3c1b174","parentSpanId":"eee19b7ec3c1b173",
        """ + $$$"""
        "name":"inner","kind":1,"startTimeUnixNano":"1767614400000000000",
           "endTimeUnixNano":"1767614400000001000","traceState":"vendor=a",
           "links":[{"traceId":"{{{Trace}}}","spanId":"eee19b7ec3c1b175","traceState":"vendor=b",
        """ + $$$"""
        "attributes":[{"key":"why","value":{"stringValue":"batch"}}]}]}]}]}]}
        """);

    private static byte[] ProtoSpan(string host)
    {
        var span = new ProtoBody().Bytes(1, Convert.FromHexString(Trace)).Bytes(2, Convert.FromHexString("eee19b7ec3c1b174"))
            .Text(3, "vendor=a")
            .Bytes(4, Convert.FromHexString("eee19b7ec3c1b173")).Text(5, "inner").Varint(6, 1).Fixed64(7, 1767614400000000000)
                .Fixed64(8, 1767614400000001000)
            .Message(13, new ProtoBody().Bytes(1, Convert.FromHexString(Trace)).Bytes(2, Convert.FromHexString("eee19b7ec3c1b175"))
                .Text(3, "vendor=b").Attribute(4, "why", "batch"));
        var resource = new ProtoBody().Attribute(1, "service.name", "shop").Attribute(1, "host.name", host)
            .Attribute(1, "service.version", "1.2.3");
        var scope = new ProtoBody().Text(1, "shop.orders").Text(2, "2.0").Attribute(3, "team", "blue");
        return new ProtoBody()
            .Message(1, new ProtoBody().Message(1, resource).Message(2, new ProtoBody().Message(1, scope).Message(2, span))).ToArray();
    }
}
