using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Logging;
using Orion.Sink.Otlp;
using Orion.Sink.Reading;
using Orion.Sink.Rows;

namespace Orion.Sink.Tests;

public sealed class OtlpTests
{
    private const string Trace = "5b8efff798038103d269b633813fc60c";
    private const string Parent = "eee19b7ec3c1b173";
    private const string Id = "eee19b7ec3c1b174";
    private const ulong Start = 1_767_614_400_000_000_000;

    [Fact]
    public async Task A_span_in_protobuf_keeps_every_field()
    {
        await using var test = new TestSink();
        var span = Span().Bytes(4, Convert.FromHexString(Parent)).Varint(6, 3)
            .Attribute(9, "text", "value").Attribute(9, "flag", new ProtoBody().Varint(2, 1))
                .Attribute(9, "negative", new ProtoBody().Varint(3, unchecked((ulong)-7L)))
            .Attribute(9, "real", new ProtoBody().Double(4, 0.25))
            .Attribute(9, "list", new ProtoBody().Message(5,
                new ProtoBody().Message(1, new ProtoBody().Text(1, "a")).Message(1, new ProtoBody().Varint(3, 2))))
            .Attribute(9, "map", new ProtoBody().Message(6, new ProtoBody().Attribute(1, "k", "v")))
                .Attribute(9, "raw", new ProtoBody().Bytes(7, [1, 2, 3]))
            .Attribute(9, "tenant", "acme").Attribute(9, "error.type", "timeout")
            .Message(11, new ProtoBody().Fixed64(1, Start + 5).Text(2, "exception").Attribute(3, "exception.type", "X"))
            .Message(13, new ProtoBody().Bytes(1, Convert.FromHexString(Trace)).Bytes(2, Convert.FromHexString(Parent)).Fixed32(6, 0x300))
            .Message(15, new ProtoBody().Text(2, "no answer").Varint(3, 2)).Fixed32(16, 0x101).Text(99, "unknown fields are passed over");
        var answer = await SendAsync(test, OtlpSignal.Traces, Request(span).ToArray());
        Assert.Equal((200, 0, new OtlpResult(1, 0, null)), (answer.Status, answer.Body.Length, answer.Result));

        var read = (await test.Reader.StoryAsync(ActivityTraceId.CreateFromString(Trace)))!.Traces.Single().Spans.Single();
        Assert.Equal((Id, Parent, "node-agent", "agent.workload.start"),
            (read.SpanId.ToHexString(), read.ParentSpanId.ToHexString(), read.Service, read.Name));
        Assert.Equal((ActivityKind.Client, (long)Start, 1_000L), (read.Kind, read.StartUnixNanos, read.DurationNanos));
        Assert.Equal((SpanStatus.Error, "no answer", "timeout", "acme"), (read.Status, read.StatusMessage, read.ErrorType, read.Tenant));
        Assert.Equal(["value", true, -7L, 0.25, new object[] { "a", 2L }, "{\"k\":\"v\"}", "AQID", "timeout"],
            read.Attributes.Select(a => a.Value));
        Assert.Equal((long)Start + 5, read.Events.Single().UnixNanos);
        Assert.Equal(Parent, read.Links.Single().SpanId.ToHexString());
    }

    [Fact]
    public async Task A_span_in_json_reads_the_same_as_in_protobuf()
    {
        await using var test = new TestSink();
        var json = ("""
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"node-agent"}}]},
            """ + """
            "scopeSpans":[{"scope":{"name":"x","unknown":1},"spans":[
            {"traceId":"TRACE","spanId":"THISID","parentSpanId":"","name":"agent.workload.start","kind":2,
            """ + """
            "startTimeUnixNano":"1767614400000000000","endTimeUnixNano":1767614400000001000,
             "attributes":[{"key":"i","value":{"intValue":"-7"}},{"key":"d","value":{"doubleValue":"NaN"}},
            """ + """
            {"key":"l","value":{"arrayValue":{"values":[{"boolValue":true}]}}}],
             "events":[{"timeUnixNano":"1767614400000000000","name":"e"}],"links":[{"traceId":"TRACE","spanId":"PARENT"}],
            """ + """
            "status":{"code":1}}]}]}]}
            """)
            .Replace("TRACE", Trace.ToUpperInvariant(), StringComparison.Ordinal)
            .Replace("THISID", Id, StringComparison.Ordinal).Replace("PARENT", Parent, StringComparison.Ordinal);
        var answer = await SendAsync(test, OtlpSignal.Traces, Encoding.UTF8.GetBytes(json), "application/json; charset=utf-8");
        Assert.Equal((200, "{}"), (answer.Status, Encoding.UTF8.GetString(answer.Body)));

        var read = (await test.Reader.StoryAsync(ActivityTraceId.CreateFromString(Trace)))!.Traces.Single().Lines.Single();
        Assert.Equal((ActivityKind.Server, (long)Start, 1_000L, SpanStatus.Ok),
            (read.Kind, read.StartUnixNanos, read.DurationNanos, read.Status));
        Assert.Equal([-7L, "NaN", new object[] { true }], read.Attributes.Select(a => a.Value));
        Assert.Single(read.Events);
        Assert.Single(read.Links);
    }

    [Fact]
    public async Task A_root_span_that_says_so_becomes_a_canonical_line()
    {
        await using var test = new TestSink();
        await SendAsync(test, OtlpSignal.Traces, Request(Span()
            .Attribute(9, "orion.line.kind", "job").Attribute(9, "orion.route", "node.start").Attribute(9, "orion.surface", "job")
            .Attribute(9, "orion.outcome", "error").Attribute(9, "orion.error_code", "internal").Attribute(9, "orion.correlation_id", "c-1")
            .Attribute(9, "tenant", "acme")
            .Attribute(9, "event.id", "7").Message(15, new ProtoBody().Varint(3, 2))).ToArray());

        var line = Assert.Single((await test.Reader.LinesAsync(new TraceQuery { Route = "node.start" })).Items);
        Assert.Equal((CanonicalLine.Job, "job", "error", "internal", "c-1", "acme"),
            (line.LineKind, line.Surface, line.Outcome, line.ErrorCode, line.CorrelationId, line.Tenant));
        Assert.Equal(["event.id"], line.Attributes.Select(a => a.Key));
    }

    [Fact]
    public async Task A_log_in_protobuf_keeps_every_field()
    {
        await using var test = new TestSink();
        var log = new ProtoBody().Fixed64(11, Start).Varint(2, 17).Message(5, new ProtoBody().Text(1, "Order 7 failed"))
            .Attribute(6, "{OriginalFormat}", "Order {Id} failed")
            .Attribute(6, "Id", new ProtoBody().Varint(3, 7)).Attribute(6, "exception.type", "X").Attribute(6, "exception.message", "no")
                .Attribute(6, "correlation_id", "c-1")
            .Fixed32(8, 1).Bytes(9, Convert.FromHexString(Trace)).Bytes(10, Convert.FromHexString(Id));
        await SendAsync(test, OtlpSignal.Logs, new ProtoBody()
            .Message(1, Resource().Message(2, new ProtoBody().Message(2, log).Message(1, new ProtoBody().Text(1, "Orders")))).ToArray());

        var read = Assert.Single((await test.Reader.LogsAsync(new LogQuery())).Items);
        Assert.Equal((LogLevel.Error, "node-agent", "Orders", "Order 7 failed", "Order {Id} failed"),
            (read.Level, read.Service, read.Category, read.Message, read.Template));
        Assert.Equal(((long)Start, "X: no", "c-1", Trace),
            (read.UnixNanos, read.Exception, read.CorrelationId, read.TraceId.ToHexString()));
        Assert.Equal(("Id", 7L), (read.Attributes.Single().Key, read.Attributes.Single().Value));
    }

    [Fact]
    public async Task A_log_in_json_is_stored()
    {
        await using var test = new TestSink();
        byte[] body = [.. """{"resourceLogs":[{"scopeLogs":[{"scope":{"name":"S"},"logRecords":["""u8,
            .. """{"timeUnixNano":"1767614400000000000","severityNumber":13,"body":{"stringValue":"hm"}}]}]}]}"""u8];
        var answer = await SendAsync(test, OtlpSignal.Logs, body, "application/json");

        Assert.Equal(200, answer.Status);
        var read = Assert.Single((await test.Reader.LogsAsync(new LogQuery())).Items);
        Assert.Equal((LogLevel.Warning, "unknown_service", "S", "hm"), (read.Level, read.Service, read.Category, read.Message));
    }

    [Fact]
    public async Task A_span_with_a_bad_id_is_rejected_alone()
    {
        await using var test = new TestSink();
        var bad = new ProtoBody().Bytes(1, new byte[16]).Bytes(2, Convert.FromHexString(Id)).Text(5, "x").Fixed64(7, Start)
            .Fixed64(8, Start);
        var body = new ProtoBody().Message(1, Resource().Message(2, new ProtoBody().Message(2, bad).Message(2, Span()))).ToArray();
        var answer = await SendAsync(test, OtlpSignal.Traces, body);

        Assert.Equal((200, 1, 1), (answer.Status, answer.Result!.Accepted, answer.Result.Rejected));
        Assert.Contains("trace_id", answer.Result.Message, StringComparison.Ordinal);
        // partial_success (1) with rejected_spans (1) = 1.
        Assert.Equal([(byte)0x0A], answer.Body[..1]);
        Assert.Equal([(byte)0x08, 1], answer.Body[2..4]);
    }

    [Theory]
    [InlineData("text/plain", null, 415)]
    [InlineData(null, null, 415)]
    [InlineData("application/json", "br", 415)]
    [InlineData("application/json", null, 400)]
    [InlineData("application/x-protobuf", null, 400)]
    [InlineData("application/x-protobuf", "gzip", 400)]
    public async Task A_bad_request_is_answered_by_the_rules_and_stores_nothing(string? type, string? encoding, int status)
    {
        await using var test = new TestSink();
        var answer = await SendAsync(test, OtlpSignal.Traces, "{\"resourceSpans\": 7}"u8.ToArray(), type, encoding);

        Assert.Equal(status, answer.Status);
        Assert.NotNull(answer.Error);
        Assert.NotEmpty(answer.Body);
        Assert.Equal(type == "application/json" ? type : "application/x-protobuf", answer.ContentType);
        Assert.Equal(0, (await new OtlpCount(test).SpansAsync()));
    }

    [Fact]
    public async Task A_body_cut_off_anywhere_is_refused_or_read_but_never_read_past()
    {
        await using var test = new TestSink();
        var ingest = new OtlpIngest(test.Time);
        var whole = Request(Span().Attribute(9, "k", "v").Message(15, new ProtoBody().Varint(3, 2))).ToArray();
        for (var length = 1; length < whole.Length; length++)
        {
            Assert.Throws<OtlpFormatException>(() =>
                test.Sink.Accept(ingest, OtlpSignal.Traces, OtlpEncoding.Protobuf, whole.AsMemory(0, length)));
        }
    }

    [Theory]
    [InlineData(OtlpEncoding.Protobuf)]
    [InlineData(OtlpEncoding.Json)]
    public async Task A_damaged_body_of_any_signal_is_read_or_refused_by_name(OtlpEncoding encoding)
    {
        await using var test = new TestSink();
        var ingest = new OtlpIngest(test.Time);
        var bodies = encoding == OtlpEncoding.Json ? OtlpBodies.Json(Start) : OtlpBodies.Protobuf(Start);
        for (var seed = 0; seed < 3_000; seed++)
        {
            var mutator = new ByteMutator(seed);
            var (signal, body) = mutator.Any(bodies);
            try
            {
                test.Sink.Accept(ingest, signal, encoding, mutator.Mutate(body));
            }
            catch (OtlpFormatException)
            {
                // The only way such a body may fail.
            }
            catch (Exception exception)
            {
                Assert.Fail($"Seed {seed}, {signal}: {exception}");
            }
        }
    }

    [Theory]
    [InlineData(OtlpEncoding.Protobuf)]
    [InlineData(OtlpEncoding.Json)]
    public async Task Lists_and_maps_keep_their_elements_apart_and_what_is_cut_of_them_is_counted(OtlpEncoding encoding)
    {
        await using var test = new TestSink();
        const string Json = """
            {"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":[
            {"key":"names","value":{"arrayValue":{"values":[{"stringValue":"Doe, Jane"},{"stringValue":"Roe"}]}}},
            {"key":"rows","value":{"arrayValue":{"values":[{"arrayValue":{"values":[{"intValue":"1"},{"doubleValue":2}]}},
            """ + """
            {"arrayValue":{"values":[]}},{"kvlistValue":{"values":[{"key":"a\"","value":{"boolValue":true}}]}},{}]}}},
            {"key":"many","value":{"arrayValue":{"values":[MANY]}}}]}]}]}]}
            """;
        ProtoBody Text(string text) => new ProtoBody().Text(1, text);
        ProtoBody List(params ProtoBody[] items) =>
            new ProtoBody().Message(5, items.Aggregate(new ProtoBody(), (list, item) => list.Message(1, item)));
        ProtoBody[] rows =
        [
            List(new ProtoBody().Varint(3, 1), new ProtoBody().Double(4, 2)), List(),
            new ProtoBody().Message(6, new ProtoBody().Attribute(1, "a\"", new ProtoBody().Varint(2, 1))), new ProtoBody(),
        ];
        var log = new ProtoBody().Attribute(6, "names", List(Text("Doe, Jane"), Text("Roe")))
            .Attribute(6, "rows", List(rows))
            .Attribute(6, "many", List([.. Enumerable.Range(0, 200).Select(i => new ProtoBody().Varint(3, (ulong)i))]));
        var many = string.Join(',', Enumerable.Range(0, 200).Select(i => $$"""{"intValue":{{i}}}"""));
        var body = encoding == OtlpEncoding.Json
            ? Encoding.UTF8.GetBytes(Json.Replace("MANY", many, StringComparison.Ordinal))
            : new ProtoBody().Message(1, new ProtoBody().Message(2, new ProtoBody().Message(2, log))).ToArray();

        var answer =
            await SendAsync(test, OtlpSignal.Logs, body, encoding == OtlpEncoding.Json ? "application/json" : "application/x-protobuf");

        Assert.Equal((200, 0, 72), (answer.Status, answer.Result!.Rejected, answer.Result.Altered));
        Assert.Contains("72 elements left out", answer.Result.Message, StringComparison.Ordinal);
        var attributes =
            Assert.Single((await test.Reader.LogsAsync(new LogQuery())).Items).Attributes.ToDictionary(a => a.Key, a => a.Value);
        Assert.Equal(["Doe, Jane", "Roe"], (object[])attributes["names"]!);
        Assert.Equal(new object?[] { new object[] { 1L, 2.0 }, Array.Empty<object>(), """{"a\"":true}""", null },
            (object?[])attributes["rows"]!);
        Assert.Equal(Enumerable.Range(0, 128).Select(i => (object)(long)i), (object[])attributes["many"]!);
        Assert.Equal(72L, attributes["orion.cut_elements"]);
    }

    [Fact]
    public async Task A_gzip_bomb_is_refused()
    {
        await using var test = new TestSink();
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1024 * 1024];
            for (var mib = 0; mib <= 64; mib++)
            {
                gzip.Write(zeros);
            }
        }

        Assert.Equal(413, (await SendAsync(test, OtlpSignal.Traces, packed.ToArray(), "application/x-protobuf", "gzip")).Status);
    }

    [Fact]
    public async Task A_gzip_body_is_read()
    {
        await using var test = new TestSink();
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Request(Span()).ToArray());
        }

        Assert.Equal(new OtlpResult(1, 0, null),
            (await SendAsync(test, OtlpSignal.Traces, packed.ToArray(), "application/x-protobuf", "gzip")).Result);
    }

    private static ProtoBody Span() => new ProtoBody().Bytes(1, Convert.FromHexString(Trace)).Bytes(2, Convert.FromHexString(Id))
        .Text(5, "agent.workload.start").Fixed64(7, Start).Fixed64(8, Start + 1000);

    private static ProtoBody Resource() => new ProtoBody().Message(1, new ProtoBody().Attribute(1, "service.name", "node-agent"));

    private static ProtoBody Request(ProtoBody span) => new ProtoBody().Message(1, Resource().Message(2, new ProtoBody().Message(2, span)));

    private static async Task<OtlpAnswer> SendAsync(TestSink test, OtlpSignal signal, byte[] body, string? type = "application/x-protobuf",
        string? encoding = null)
    {
        var (answer, rows) = await new OtlpIngest(test.Time).ReadAsync(signal, type, encoding, new MemoryStream(body));
        test.Sink.Record(rows);
        await test.Sink.FlushAsync();
        return answer;
    }

    private sealed class OtlpCount(TestSink test)
    {
        public async Task<long> SpansAsync() =>
            (await test.Reader.LossAsync()).Where(l => l.Stream is "spans" or "lines").Sum(l => l.Produced);
    }
}
