using System.Diagnostics;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace OrionPlatform.ServiceDefaults.Tests;

/// <summary>The cases of W3C Trace Context's own conformance list: what comes in, and what goes out on the next call.</summary>
public sealed class TraceContextTests
{
    private const string Trace = "12345678901234567890123456789012";
    private const string Parent = "1234567890123456";
    private const string Valid = $"00-{Trace}-{Parent}-01";

    [Theory]
    [InlineData($"00-{Trace}-{Parent}-00", true)]
    [InlineData($"00-{Trace}-{Parent}-01", true)]
    [InlineData($"00-{Trace}-{Parent}-03", true)]
    [InlineData($"00-{Trace}-{Parent}-ff", true)]
    [InlineData($"cc-{Trace}-{Parent}-01", true)]
    [InlineData($"cc-{Trace}-{Parent}-01-what-the-future-will-be-like", true)]
    [InlineData($"cc-{Trace}-{Parent}-01.what-the-future-will-not-be-like", false)]
    [InlineData($"ff-{Trace}-{Parent}-01", false)]
    [InlineData($"00-{Trace}-{Parent}-01-extra", false)]
    [InlineData($"00-{Trace}-{Parent}-01.extra", false)]
    [InlineData($".0-{Trace}-{Parent}-01", false)]
    [InlineData($"0.-{Trace}-{Parent}-01", false)]
    [InlineData($"FF-{Trace}-{Parent}-01", false)]
    [InlineData($"000-{Trace}-{Parent}-01", false)]
    [InlineData($"0-{Trace}-{Parent}-01", false)]
    [InlineData($"00-00000000000000000000000000000000-{Parent}-01", false)]
    [InlineData($"00-.2345678901234567890123456789012-{Parent}-01", false)]
    [InlineData($"00-1234567890123456789012345678901.-{Parent}-01", false)]
    [InlineData($"00-123456789012345678901234567890123-{Parent}-01", false)]
    [InlineData($"00-1234567890123456789012345678901-{Parent}-01", false)]
    [InlineData($"00-{Trace}-0000000000000000-01", false)]
    [InlineData($"00-{Trace}-.234567890123456-01", false)]
    [InlineData($"00-{Trace}-12345678901234567-01", false)]
    [InlineData($"00-{Trace}-123456789012345-01", false)]
    [InlineData($"00-{Trace}-{Parent}-.0", false)]
    [InlineData($"00-{Trace}-{Parent}-0.", false)]
    [InlineData($"00-{Trace}-{Parent}-001", false)]
    [InlineData($"00-{Trace}-{Parent}-1", false)]
    [InlineData($"00-{Trace}-{Parent}-", false)]
    [InlineData("00-ABCDEF78901234567890123456789012-1234567890123456-01", false)]
    [InlineData("00-12345678901234567890123456789012-ABCDEF7890123456-01", false)]
    [InlineData("", false)]
    [InlineData("nonsense", false)]
    public async Task A_traceparent_is_continued_or_restarted(string traceparent, bool continued)
    {
        await using var app = await EchoAsync();

        var seen = await CallAsync(app, ("traceparent", traceparent));

        Assert.Equal(continued, seen.TraceId == Trace);
        Assert.Equal(continued ? Parent : "0000000000000000", seen.ParentId);
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]$", seen.Outgoing["traceparent"]);
        Assert.Contains(seen.TraceId, seen.Outgoing["traceparent"], StringComparison.Ordinal);
        Assert.DoesNotContain(Parent, seen.Outgoing["traceparent"][36..], StringComparison.Ordinal);
        Assert.NotEqual(new string('0', 32), seen.TraceId);
    }

    [Fact]
    public async Task Two_traceparents_are_none()
    {
        await using var app = await EchoAsync();

        var seen = await CallAsync(app, ("traceparent", Valid), ("traceparent", $"00-{Trace}-6543210987654321-01"));

        Assert.NotEqual(Trace, seen.TraceId);
    }

    [Fact]
    public async Task The_random_flag_is_carried_on_and_unknown_flags_are_not()
    {
        await using var app = await EchoAsync();

        Assert.EndsWith("-03", (await CallAsync(app, ("traceparent", $"00-{Trace}-{Parent}-03"))).Outgoing["traceparent"], StringComparison.Ordinal);
        Assert.EndsWith("-03", (await CallAsync(app, ("traceparent", $"00-{Trace}-{Parent}-fe"))).Outgoing["traceparent"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("foo=1", "foo=1")]
    [InlineData("foo=1,bar=2", "foo=1,bar=2")]
    [InlineData("foo=1 \t , \t bar=2, \t baz=3", "foo=1,bar=2,baz=3")]
    [InlineData("foo=1,", "foo=1")]
    [InlineData("foo=1,,,bar=2", "foo=1,bar=2")]
    [InlineData("foo=1,foo=2", "foo=1")]
    [InlineData("foo =1", null)]
    [InlineData("FOO=1", null)]
    [InlineData("foo.bar=1", null)]
    [InlineData("foo@=1,bar=2", "foo@=1,bar=2")]
    [InlineData("@foo=1,bar=2", null)]
    [InlineData("foo@@bar=1,bar=2", "foo@@bar=1,bar=2")]
    [InlineData("foo@bar@baz=1,bar=2", "foo@bar@baz=1,bar=2")]
    [InlineData("foo=1=2", null)]
    [InlineData("foo=", null)]
    [InlineData("foo", null)]
    [InlineData("0a=1", "0a=1")]
    [InlineData("foo@bar=1,bar=2", "foo@bar=1,bar=2")]
    [InlineData("foo-_*/bar=1,bar4=2", "foo-_*/bar=1,bar4=2")]
    public async Task A_tracestate_is_carried_on_or_dropped(string tracestate, string? expected)
    {
        await using var app = await EchoAsync();

        var seen = await CallAsync(app, ("traceparent", Valid), ("tracestate", tracestate));

        Assert.Equal(Trace, seen.TraceId);
        Assert.Equal(expected, Normal(seen.Outgoing.GetValueOrDefault("tracestate")));
    }

    [Fact]
    public async Task A_tracestate_of_several_headers_is_one_list()
    {
        await using var app = await EchoAsync();

        var seen = await CallAsync(app, ("traceparent", Valid), ("tracestate", "foo=1"), ("tracestate", "bar=2"));

        Assert.Equal("foo=1,bar=2", Normal(seen.Outgoing.GetValueOrDefault("tracestate")));
    }

    [Fact]
    public async Task A_tracestate_without_a_traceparent_is_dropped()
    {
        await using var app = await EchoAsync();

        Assert.Null((await CallAsync(app, ("tracestate", "foo=1"))).Outgoing.GetValueOrDefault("tracestate"));
        Assert.Null((await CallAsync(app, ("traceparent", "bad"), ("tracestate", "foo=1"))).Outgoing.GetValueOrDefault("tracestate"));
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public async Task A_tracestate_has_at_most_32_members(int members, bool kept)
    {
        await using var app = await EchoAsync();
        var state = string.Join(',', Enumerable.Range(0, members).Select(i => $"k{i}=1"));

        var seen = await CallAsync(app, ("traceparent", Valid), ("tracestate", state));

        Assert.Equal(kept ? state : null, Normal(seen.Outgoing.GetValueOrDefault("tracestate")));
    }

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public async Task A_tracestate_key_has_at_most_256_characters(int length, bool kept)
    {
        await using var app = await EchoAsync();
        var state = new string('z', length) + "=1";

        var seen = await CallAsync(app, ("traceparent", Valid), ("tracestate", state));

        Assert.Equal(kept ? state : null, Normal(seen.Outgoing.GetValueOrDefault("tracestate")));
    }

    [Fact]
    public async Task Baggage_is_carried_on_but_never_kept()
    {
        await using var app = await EchoAsync();

        var seen = await CallAsync(app, ("traceparent", Valid), ("baggage", "tenant=acme,canary=baggage-canary"));

        Assert.Contains("canary=baggage-canary", seen.Outgoing["baggage"].Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await app.TraceAsync("/echo");
        Assert.DoesNotContain("baggage-canary", System.Text.Json.JsonSerializer.Serialize(app.Traces), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Correlation_is_taken_over_when_it_is_harmless_and_made_otherwise()
    {
        await using var app = await EchoAsync();

        Assert.Equal("order-7.a_B", (await CallAsync(app, (CorrelationId.Header, "order-7.a_B"))).Outgoing[CorrelationId.Header]);
        foreach (var bad in new[] { "ann@example.com", "a b", new string('x', 129), "<script>" })
        {
            var made = (await CallAsync(app, (CorrelationId.Header, bad))).Outgoing[CorrelationId.Header];
            Assert.Matches("^[0-9a-f]{32}$", made);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, "/echo");
        request.Headers.Add(CorrelationId.Header, "order-8");
        using var response = await app.Client.SendAsync(request);
        Assert.Equal("order-8", response.Headers.GetValues(CorrelationId.Header).Single());
        await Eventually.TrueAsync(() => app.Traces.Any(t => t.Line.CorrelationId == "order-8"), "the line with its correlation id");
    }

    private static string? Normal(string? state) => state?.Replace(" ", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal);

    private static Task<TestApp> EchoAsync() => TestApp.StartAsync(a =>
    {
        a.MapGet("/echo", async (HttpContext http, IHttpClientFactory clients) =>
        {
            var span = Activity.Current!;
            var outgoing = await clients.CreateClient("self").GetFromJsonAsync<Dictionary<string, string>>($"http://{http.Request.Host}/mirror");
            return new Seen(span.TraceId.ToHexString(), span.ParentSpanId.ToHexString(), outgoing!);
        });
        a.MapGet("/mirror", (HttpContext http) => http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)).WithMetadata(new UntracedAttribute());
    });

    private static async Task<Seen> CallAsync(TestApp app, params (string Name, string Value)[] headers)
    {
        // One header a value: HttpClient would join them.
        var raw = $"GET /echo HTTP/1.1\r\nHost: {app.Address.Authority}\r\nConnection: close\r\n{string.Concat(headers.Select(h => $"{h.Name}: {h.Value}\r\n"))}\r\n";
        var answer = await app.RawAsync(raw);
        var body = answer[(answer.IndexOf('{', StringComparison.Ordinal))..(answer.LastIndexOf('}') + 1)];
        var seen = System.Text.Json.JsonSerializer.Deserialize<Seen>(body, System.Text.Json.JsonSerializerOptions.Web)!;
        return seen with { Outgoing = new Dictionary<string, string>(seen.Outgoing, StringComparer.OrdinalIgnoreCase) };
    }

    private sealed record Seen(string TraceId, string ParentId, Dictionary<string, string> Outgoing);
}
