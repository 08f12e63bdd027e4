using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orion.Telemetry.Correlation;
using Orion.Telemetry.Outgoing;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Tests;

public sealed class OutgoingTests
{
    private static readonly (string, string?)[] s_quick =
        [("Orion:Outgoing:RetryDelay", "00:00:00.001"), ("Orion:Outgoing:BreakerMinimumCalls", "100")];

    [Theory]
    [InlineData("GET", null, 3)]
    [InlineData("DELETE", null, 3)]
    [InlineData("POST", null, 1)]
    [InlineData("POST", "key-1", 3)]
    public async Task Only_calls_that_may_run_twice_are_repeated(string method, string? idempotencyKey, int expected)
    {
        var calls = 0;
        await using var app = await TestApp.StartAsync(
            a => a.MapMethods("/flaky", [method], () => Interlocked.Increment(ref calls) < 3 ? Results.StatusCode(503) : Results.Ok()),
            settings: s_quick);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(app.Address, "/flaky"));
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        using var response = await app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("x").SendAsync(request);

        Assert.Equal(expected, calls);
        Assert.Equal(expected == 3 ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task A_client_of_its_own_name_has_its_own_timeout()
    {
        await using var app = await TestApp.StartAsync(
            a => a.MapGet("/never", async (CancellationToken gone) => await Task.Delay(Timeout.Infinite, gone)),
            settings: [("Orion:Outgoing:Retries", "0"), ("Orion:Outgoing:Clients:hasty:AttemptTimeout", "00:00:00.100")]);
        var clients = app.Services.GetRequiredService<IHttpClientFactory>();

        var error = await Assert.ThrowsAsync<TimeoutException>(
            () => clients.CreateClient("hasty").GetAsync(new Uri(app.Address, "/never")));

        Assert.Contains("\"hasty\"", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Retries", "99", "Orion:Outgoing:Clients:hasty:Retries must lie between 0 and 10.")]
    [InlineData("TotalTimeout", "00:00:01", "Orion:Outgoing:Clients:hasty:TotalTimeout must not be shorter")]
    public async Task A_bad_setting_of_a_client_of_its_own_name_is_refused_with_its_key(string key, string value, string message)
    {
        await using var app = await TestApp.StartAsync(settings: [($"Orion:Outgoing:Clients:hasty:{key}", value)]);
        var clients = app.Services.GetRequiredService<IHttpClientFactory>();

        var refused = Assert.Throws<OptionsValidationException>(() => clients.CreateClient("hasty"));

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_circuit_opens_after_repeated_failures_and_is_published()
    {
        var calls = 0;
        await using var app = await TestApp.StartAsync(
            a => a.MapGet("/down", () =>
            {
                Interlocked.Increment(ref calls);
                return Results.StatusCode(503);
            }),
            settings: [("Orion:Outgoing:Retries", "0"), ("Orion:Outgoing:BreakerMinimumCalls", "5")]);
        var client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("dep");
        var breakers = app.Services.GetRequiredService<Breakers>();

        for (var i = 0; i < 5; i++)
        {
            using var response = await client.GetAsync(new Uri(app.Address, "/down"));
        }

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri(app.Address, "/down")));

        Assert.Contains("circuit", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, calls);
        Assert.Equal(("dep", app.Address.Authority, "open"), breakers.All.Select(b => (b.Client, b.Host, b.State)).Single());
    }

    [Fact]
    public async Task Each_client_has_a_circuit_of_its_own_for_each_host_and_one_may_have_none()
    {
        await using var app = await TestApp.StartAsync(a => a.MapGet("/down", () => Results.StatusCode(503)), settings:
        [
            ("Orion:Outgoing:Retries", "0"), ("Orion:Outgoing:Clients:dep:BreakerMinimumCalls", "2"),
            ("Orion:Outgoing:Clients:plain:Resilience", "false"),
        ]);
        await using var other = await TestApp.StartAsync(a => a.MapGet("/down", () => "up"));
        var clients = app.Services.GetRequiredService<IHttpClientFactory>();

        foreach (var client in (string[])["dep", "another one", "plain"])
        {
            for (var i = 0; i < 2; i++)
            {
                using var response = await clients.CreateClient(client).GetAsync(new Uri(app.Address, "/down"));
            }
        }

        Assert.Equal("up", await clients.CreateClient("dep").GetStringAsync(new Uri(other.Address, "/down")));
        Assert.Equal(
            new[] { ("another one", app.Address, "closed"), ("dep", app.Address, "open"), ("dep", other.Address, "closed") }
                .Select(c => (c.Item1, c.Item2.Authority, c.Item3)).Order(),
            app.Services.GetRequiredService<Breakers>().All.Select(b => (b.Client, b.Host, b.State)).Order());
    }

    [Fact]
    public void Hosts_beyond_the_bound_share_a_circuit()
    {
        var breakers = new Breakers(TimeProvider.System);
        var circuits = Enumerable.Range(0, 1000).Select(i => breakers.CircuitOf("crawler", $"h{i}.example:80")).Distinct().ToList();

        circuits.ForEach(c => breakers.Begin(c));

        Assert.Equal(257, circuits.Count);
        Assert.Equal(257, breakers.All.Count);
        Assert.Contains(breakers.All, b => b is { Client: "crawler", Host: "(other)" });
    }

    [Fact]
    public async Task A_retry_comes_as_late_as_the_other_side_asks_and_each_attempt_says_whose_it_is()
    {
        var seen = new List<(string? Correlation, string? Parent)>();
        await using var callee = await TestApp.StartAsync(a => a.MapGet("/busy", (HttpContext http) =>
        {
            seen.Add((http.Request.Headers[CorrelationId.Header], http.Request.Headers.TraceParent));
            http.Response.Headers.RetryAfter = "0";
            return seen.Count < 3 ? Results.StatusCode(503) : Results.Text("done");
        }));

        // Without the header's word the first retry would be due long after the call is given up.
        await using var caller = await TestApp.StartAsync(
            a => a.MapGet("/v1/caller", (IHttpClientFactory clients) =>
                clients.CreateClient().GetStringAsync(new Uri(callee.Address, "/busy"))),
            settings: [("Orion:Outgoing:RetryDelay", "00:01:00"), ("Orion:Outgoing:TotalTimeout", "00:00:20")]);

        Assert.Equal("done", await caller.Client.GetStringAsync("/v1/caller"));

        var trace = await caller.TraceAsync("/v1/caller");
        Assert.Equal(3, trace.Spans.Count);
        Assert.Equal([trace.Line.CorrelationId, trace.Line.CorrelationId, trace.Line.CorrelationId], seen.Select(s => s.Correlation));
        Assert.Equal(trace.Spans.Select(s => s.SpanId.ToHexString()).Order(), seen.Select(s => s.Parent!.Split('-')[2]).Order());
        Assert.All(seen, s => Assert.Contains(trace.Line.TraceId.ToHexString(), s.Parent, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task A_service_is_called_by_its_name(string endpoint)
    {
        await using var callee = await TestApp.StartAsync(a => a.MapGet("/who", (HttpContext http) => http.Request.Host.Value));
        await using var caller = await TestApp.StartAsync(settings: ($"services:billing:{endpoint}:0", callee.Address.ToString()));

        var clients = caller.Services.GetRequiredService<IHttpClientFactory>();

        Assert.Equal(callee.Address.Authority, await clients.CreateClient().GetStringAsync(new Uri("https+http://billing/who")));
        Assert.Equal("billing", Assert.Single(caller.Services.GetRequiredService<Breakers>().All).Host);
    }

    [Fact]
    public async Task A_call_is_a_client_span_in_the_callers_trace_without_its_query()
    {
        await using var app = await TestApp.StartAsync(a =>
        {
            a.MapGet("/caller", async (HttpContext http, IHttpClientFactory clients) =>
                await clients.CreateClient().GetStringAsync($"http://{http.Request.Host}/callee?key=canary-query"));
            a.MapGet("/callee", () => "x");
        });

        await app.Client.GetStringAsync("/caller");

        var caller = await app.TraceAsync("/caller");
        var callee = await app.TraceAsync("/callee");
        var span = Assert.Single(caller.Spans);
        Assert.Equal((ActivityKind.Client, caller.Line.SpanId, caller.Line.TraceId), (span.Kind, span.ParentSpanId, span.TraceId));
        Assert.Equal((span.SpanId, caller.Line.TraceId), (callee.Line.ParentSpanId, callee.Line.TraceId));
        Assert.Equal(caller.Line.CorrelationId, callee.Line.CorrelationId);
        Assert.DoesNotContain("canary-query", string.Join(';', span.Attributes.Select(a => a.Value)), StringComparison.Ordinal);
    }
}
