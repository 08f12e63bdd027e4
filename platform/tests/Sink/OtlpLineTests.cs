using System.Diagnostics;
using System.Text;
using Orion.Sink.Otlp;
using Orion.Sink.Reading;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;

namespace Orion.Sink.Tests;

/// <summary>Spans of senders that know nothing of canonical lines, and of those that claim to be more than their key allows.</summary>
public sealed class OtlpLineTests
{
    private const int Internal = 1;
    private const int Server = 2;
    private const int Client = 3;
    private const int Producer = 4;
    private const int Consumer = 5;
    private static readonly OtlpSender s_shop = new("shop") { Services = ["shop"] };

    [Theory]
    [InlineData(Server, false, 0, CanonicalLine.Request)]
    [InlineData(Server, true, 0, CanonicalLine.Request)]
    [InlineData(Server, true, 0x300, CanonicalLine.Request)]
    [InlineData(Server, true, 0x100, null)]
    [InlineData(Consumer, false, 0, CanonicalLine.Job)]
    [InlineData(Consumer, true, 0, CanonicalLine.Job)]
    [InlineData(Consumer, true, 0x100, null)]
    [InlineData(Producer, false, 0, CanonicalLine.Job)]
    [InlineData(Producer, true, 0, null)]
    [InlineData(Internal, false, 0, CanonicalLine.Operation)]
    [InlineData(Internal, true, 0, null)]
    [InlineData(Client, false, 0, CanonicalLine.Operation)]
    [InlineData(Client, true, 0x300, null)]
    [InlineData(0, false, 0, CanonicalLine.Operation)]
    public async Task A_span_is_a_line_by_its_kind_and_where_its_parent_is(int kind, bool hasParent, int flags, string? expected)
    {
        await using var test = new TestSink();
        await SendAsync(test, s_shop, Span("work", kind, "", hasParent ? ",\"parentSpanId\":\"00000000000000aa\"" : "", flags));

        var trace = (await test.Reader.StoryAsync(ActivityTraceId.CreateFromString(Trace(1))))!.Traces.Single();
        Assert.Equal(expected, trace.Lines.SingleOrDefault()?.LineKind);
        Assert.Equal(expected is null ? 1 : 0, trace.Spans.Count);
    }

    [Theory]
    [InlineData("""{"http.request.method":"GET","http.route":"/orders/{id}","http.response.status_code":200}""",
        "GET /orders/{id}", "GET", "/orders/{id}", 200, "ok")]
    [InlineData("""{"http.method":"POST","http.route":"/orders","http.status_code":503,"http.target":"/orders?x=1"}""",
        "HTTP POST", "POST", "/orders", 503, "error")]
    [InlineData("""{"http.method":"GET","http.status_code":404,"http.target":"/favicon.ico"}""", "GET", "GET", null, 404, "client_error")]
    [InlineData("""{"http.method":"GET","http.status_code":"404"}""", "GET /orders/{id}", "GET", "/orders/{id}", 404, "client_error")]
    [InlineData("""{"rpc.system":"grpc","rpc.service":"shop.Orders","rpc.method":"Place","rpc.grpc.status_code":5}""",
        "shop.Orders/Place", null, "shop.Orders/Place", null, "client_error")]
    [InlineData("""{"rpc.system.name":"grpc","rpc.method":"shop.Orders/Place","rpc.response.status_code":"OK"}""",
        "shop.Orders/Place", null, "shop.Orders/Place", null, "ok")]
    [InlineData("{}", "handle", null, "handle", null, "ok")]
    public async Task A_requests_columns_are_read_by_the_conventions_old_and_new(string attributes, string name, string? method,
        string? route, int? status, string outcome)
    {
        await using var test = new TestSink();
        await SendAsync(test, s_shop, Span(name, Server, attributes));

        var line = Assert.Single((await test.Reader.LinesAsync(new TraceQuery())).Items);
        Assert.Equal((method, route, status, outcome, name), (line.Method, line.Route, line.StatusCode, line.Outcome, line.Name));
        Assert.Equal(outcome == "error", line.Status == SpanStatus.Error);
        Assert.Equal((CanonicalLine.External, line.TraceId.ToHexString()), (line.Surface, line.CorrelationId));
    }

    [Fact]
    public async Task A_failed_span_says_what_failed_by_its_exception_when_it_says_nothing_else()
    {
        await using var test = new TestSink();
        await SendAsync(test, s_shop, Span("process orders", Consumer, "{}",
            ",\"status\":{\"code\":2},\"events\":[{\"timeUnixNano\":\"1767614400000000000\",\"name\":\"exception\"," +
                "\"attributes\":[{\"key\":\"exception.type\",\"value\":{\"stringValue\":\"OutOfStock\"}}]}]"));

        var line = Assert.Single((await test.Reader.LinesAsync(new TraceQuery { ErrorsOnly = true })).Items);
        Assert.Equal(("error", "OutOfStock", "process orders"), (line.Outcome, line.ErrorType, line.Route));
    }

    [Fact]
    public async Task What_is_claimed_without_right_is_kept_as_a_claim_counted_and_told()
    {
        await using var test = new TestSink();
        const string Claimed = """{"orion.line.kind":"job","orion.surface":"public","orion.route":"/r","tenant":"acme"}""";
        var rows = await SendAsync(test, s_shop, Span("x", Server, Claimed), service: "api");

        Assert.Equal(4, rows.Claims);
        Assert.Equal(0, rows.Result.Rejected);
        Assert.All(["service.name", "orion.line.kind", "orion.surface", "tenant"], claim =>
            Assert.Contains(claim, rows.Result.Message!, StringComparison.Ordinal));
        var line = Assert.Single((await test.Reader.LinesAsync(new TraceQuery())).Items);
        Assert.Equal(("shop/api", CanonicalLine.Request, CanonicalLine.External, "x", null),
            (line.Service, line.LineKind, line.Surface, line.Route, line.Tenant));
        Assert.Equal(
            ["claimed.orion.line.kind=job", "claimed.orion.route=/r", "claimed.orion.surface=public", "claimed.tenant=acme"],
            line.Attributes.Select(a => $"{a.Key}={a.Value}").Order(StringComparer.Ordinal));
        Assert.Equal("shop", line.Resource!.Sender);
    }

    [Fact]
    public async Task What_a_key_allows_is_taken_as_it_is_said()
    {
        await using var test = new TestSink();
        var sender = new OtlpSender("web") { Services = ["web-*"], Surfaces = ["public"], Tenants = ["ac*"] };
        var rows = await SendAsync(test, sender, Span("x", Server, """{"orion.surface":"public","tenant":"acme"}"""), service: "web-1");

        Assert.Equal((0, null), (rows.Claims, rows.Result.Message));
        var line = Assert.Single((await test.Reader.LinesAsync(new TraceQuery())).Items);
        Assert.Equal(("web-1", "public", "acme"), (line.Service, line.Surface, line.Tenant));
    }

    [Fact]
    public async Task All_services_are_those_that_are_nobody_elses()
    {
        await using var test = new TestSink();
        var sender = new OtlpSender("shared") { Services = ["*"], IsTaken = service => service == "api" };
        await SendAsync(test, sender, Span("x", Server, "{}"), service: "shop");
        await SendAsync(test, sender, Span("y", Server, "{}", id: 2), service: "api");

        Assert.Equal(["shared/api", "shop"], (await test.Reader.LinesAsync(new TraceQuery())).Items.Select(l => l.Service)
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Logs_and_metrics_are_bound_to_the_key_too()
    {
        await using var test = new TestSink();
        var ingest = new OtlpIngest(test.Time);
        const string Api = """{"attributes":[{"key":"service.name","value":{"stringValue":"api"}}]}""";
        var logs = ingest.Read(OtlpSignal.Logs, s_shop, OtlpEncoding.Json, Encoding.UTF8.GetBytes(
            "{\"resourceLogs\":[{\"resource\":" + Api + ",\"scopeLogs\":[{\"logRecords\":[{\"body\":{\"stringValue\":\"x\"}," +
                "\"attributes\":[{\"key\":\"tenant\",\"value\":{\"stringValue\":\"acme\"}}]}]}]}]}"));
        var metrics = ingest.Read(OtlpSignal.Metrics, s_shop, OtlpEncoding.Json, Encoding.UTF8.GetBytes(
            "{\"resourceMetrics\":[{\"resource\":" + Api + ",\"scopeMetrics\":[{\"metrics\":[" +
                "{\"name\":\"m\",\"gauge\":{\"dataPoints\":[{\"asInt\":\"7\"}]}}]}]}]}"));

        var log = Assert.Single(logs.Logs);
        Assert.Equal(("shop/api", null), (log.Service, log.Tenant));
        Assert.Contains(new KeyValuePair<string, object?>("claimed.tenant", "acme"), log.Attributes);
        Assert.Equal("shop/api", Assert.Single(metrics.Points).Service);
        Assert.Equal((2, 1), (logs.Claims, metrics.Claims));
    }

    [Fact]
    public async Task Nothing_of_another_counts_in_an_objective_it_has_no_right_to_and_a_recount_says_the_same()
    {
        await using var test = new TestSink(o => o.Slos =
        [
            new SloRule("public") { Surface = "public" }, new SloRule("jobs") { Surface = "job" },
            new SloRule("span") { Span = "api.tenants.resolve" }, new SloRule("route") { Route = "/r" },
        ]);
        await SendAsync(test, s_shop, Span("api.tenants.resolve", Internal, "", ",\"parentSpanId\":\"00000000000000aa\"", id: 1));
        await SendAsync(test, s_shop,
            Span("GET /r", Server, """{"http.request.method":"GET","http.route":"/r","orion.surface":"public"}""", id: 2));
        await SendAsync(test, s_shop, Span("process", Consumer, "{}", id: 3));
        test.Sink.Record(test.Line("/r"));
        await test.Sink.FlushAsync();

        Assert.Equal([("public", 1L), ("route", 1L)], (await test.Reader.SlosAsync(TimeSpan.FromMinutes(5)))
            .Select(s => (s.Name, s.Total)));
        Assert.Empty((await test.Sink.RecomputeAsync(test.Time.GetUtcNow()))!);
        Assert.Equal([("api", 1L), ("shop", 2L)],
            (await test.Reader.OverviewAsync(TimeSpan.FromMinutes(5))).Services.Select(s => (s.Service, s.Count)));
        Assert.Equal(["api", "shop"], await test.Reader.ServicesAsync());
    }

    private static string Trace(int id) => $"{id:x32}";

    private static string Span(string name, int kind, string attributes, string more = "", int flags = 0, int id = 1)
    {
        static string Value(System.Text.Json.JsonElement value) => value.ValueKind == System.Text.Json.JsonValueKind.Number
            ? $"{{\"intValue\":\"{value}\"}}"
            : $"{{\"stringValue\":\"{value}\"}}";
        var pairs = attributes.Length == 0 ? [] : System.Text.Json.JsonDocument.Parse(attributes).RootElement.EnumerateObject()
            .Select(a => $"{{\"key\":\"{a.Name}\",\"value\":{Value(a.Value)}}}");
        return $$"""
            {"traceId":"{{Trace(id)}}","spanId":"{{id:x16}}","name":"{{name}}","kind":{{kind}},"flags":{{flags}},
            """ + $$"""
            "startTimeUnixNano":"1767614400000000000","endTimeUnixNano":"1767614400000001000",
             "attributes":[{{string.Join(',', pairs)}}]{{more}} }
            """;
    }

    private static async Task<OtlpRowBatch> SendAsync(TestSink test, OtlpSender sender, string span, string service = "shop")
    {
        var body = "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"" + service +
            "\"}}]},\"scopeSpans\":[{\"spans\":[" + span + "]}]}]}";
        var rows = new OtlpIngest(test.Time).Read(OtlpSignal.Traces, sender, OtlpEncoding.Json, Encoding.UTF8.GetBytes(body));
        test.Sink.Record(rows);
        await test.Sink.FlushAsync();
        return rows;
    }
}
