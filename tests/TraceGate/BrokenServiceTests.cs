using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrionPlatform.Tests;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>Services that run and answer, and lack what the gate demands.</summary>
public sealed class BrokenServiceTests
{
    [Fact]
    public async Task A_service_without_the_defaults_fails_for_everything_they_would_have_given_it()
    {
        using var folder = new TempFolder();
        var sent = await AskAsync(folder.Path, "bare", belt: false);

        var findings = TraceGateRules.Judge(await EvidenceAsync(folder.Path, "bare", sent) with { Exporting = new HashSet<string>() });

        Assert.Equal(["telemetry", "tracing", "correlation", "error", "otlp"], findings.Select(f => f.Rule).Distinct());
    }

    [Fact]
    public async Task A_handler_without_its_child_spans_and_a_consumer_without_a_processing_span_fail_for_just_that()
    {
        using var folder = new TempFolder();
        var sent = await AskAsync(folder.Path, "careless", belt: true);

        var findings = TraceGateRules.Judge(await EvidenceAsync(folder.Path, "careless", sent) with
        {
            Messages = [new ExpectedMessage("careless", "order.ship", "order/1")],
        });

        Assert.Equal(["consumer", "mutation"], findings.Select(f => f.Rule).Distinct());
        Assert.Contains(findings, f =>
            f.What.Contains("no child span for tenant resolution, nor for the store's write", StringComparison.Ordinal));
        Assert.Contains(findings, f => f.What.Contains("order.ship of order/1 has no processing span", StringComparison.Ordinal));
    }

    /// <summary>
    /// Runs a service that makes an order and "ships" it under a span of its own; asks for one order, and for something that does not
    /// exist.
    /// </summary>
    private static async Task<IReadOnlyList<SentRequest>> AskAsync(string folder, string name, bool belt)
    {
        using var source = new ActivitySource(name);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production", ApplicationName = name });
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:telemetry", $"Directory={folder}")]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (belt)
        {
            builder.AddServiceDefaults();
        }

        await using var app = builder.Build();
        if (belt)
        {
            app.UseServiceDefaults();
        }

        app.MapPost("/v1/orders", () =>
        {
            using var shipping = source.StartActivity("careless.order.ship");
            return Results.Created("/v1/orders/1", null);
        });
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        SentRequest[] sent =
        [
            await SendAsync(client, name, HttpMethod.Post, "/v1/orders"),
            await SendAsync(client, name, HttpMethod.Get, "/v1/nothing"),
        ];
        await app.StopAsync();
        return sent;
    }

    private static async Task<SentRequest> SendAsync(HttpClient client, string service, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        var id = Guid.NewGuid().ToString("N");
        request.Headers.Add("X-Correlation-ID", id);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new SentRequest(
            service, "public", $"{method} {path}", id,
            response.Headers.TryGetValues("X-Correlation-ID", out var echoed) ? echoed.Single() : null,
            (int)response.StatusCode, text.Contains("error_code", StringComparison.Ordinal) ? "not_found" : null);
    }

    private static async Task<Evidence> EvidenceAsync(string folder, string service, IReadOnlyList<SentRequest> sent)
    {
        var (lines, spans, logs) = await StoredTelemetry.ReadAsync(folder);
        return new Evidence
        {
            Services = [service],
            Beating = await StoredTelemetry.BeatingAsync(folder),
            Lines = lines,
            Spans = spans,
            Logs = logs,
            Exporting = new HashSet<string> { service },
            Sent = sent,
            Messages = [],
            Secrets = [],
        };
    }
}
