using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace OrionPlatform.ServiceDefaults.Tests;

public sealed class OutgoingTests
{
    private static readonly (string, string?)[] s_quick = [("Orion:Outgoing:RetryDelay", "00:00:00.001"), ("Orion:Outgoing:BreakerMinimumCalls", "100")];

    [Theory]
    [InlineData("GET", null, 3)]
    [InlineData("DELETE", null, 3)]
    [InlineData("POST", null, 1)]
    [InlineData("POST", "key-1", 3)]
    public async Task Only_calls_that_may_run_twice_are_repeated(string method, string? idempotencyKey, int expected)
    {
        var calls = 0;
        await using var app = await TestApp.StartAsync(
            a => a.MapMethods("/flaky", [method], () => Interlocked.Increment(ref calls) < 3 ? Results.StatusCode(503) : Results.Ok()), settings: s_quick);
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

        var error = await Assert.ThrowsAsync<TimeoutException>(() => clients.CreateClient("hasty").GetAsync(new Uri(app.Address, "/never")));

        Assert.Contains("\"hasty\"", error.Message, StringComparison.Ordinal);
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
    public async Task A_call_is_a_client_span_in_the_callers_trace_without_its_query()
    {
        await using var app = await TestApp.StartAsync(a =>
        {
            a.MapGet("/caller", async (HttpContext http, IHttpClientFactory clients) => await clients.CreateClient().GetStringAsync($"http://{http.Request.Host}/callee?key=canary-query"));
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
