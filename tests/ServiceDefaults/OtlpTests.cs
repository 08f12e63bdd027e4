using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrionPlatform.ServiceDefaults.Tests;

public sealed class OtlpTests
{
    private static readonly string[] s_canaries = ["canary-one@example.com", "canary-password-two", "sk_live_canaryThree", "canary-four-token", "4111111111111111", "canary-five@example.com", "canary-six@example.com"];

    [Fact]
    public async Task Traces_logs_and_metrics_leave_clean_and_complete()
    {
        await using var collector = await OtlpStub.StartAsync();
        await using (var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/things/{id}", (string id, ILogger<OtlpTests> logger) =>
            {
                using (var span = Spans.Start("api.things.load"))
                {
                    span!.DisplayName = "load for canary-five@example.com";
                    span.SetTag("note", "mail canary-one@example.com");
                    span.SetTag("password", "canary-password-two");
                    span.SetTag("number", 4111111111111111L);
                    span.AddEvent(new ActivityEvent("paid", tags: new ActivityTagsCollection { ["key"] = "sk_live_canaryThree" }));
                    span.SetStatus(ActivityStatusCode.Error, "token=canary-four-token");
                }

                logger.LogWarning(new InvalidOperationException("for canary-six@example.com"), "login of {Password} failed", "canary-password-two");
                return id;
            }),
            settings: [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_SERVICE_NAME", "thing-service"), ("OTEL_METRIC_EXPORT_INTERVAL", "500")]))
        {
            await app.Client.GetStringAsync("/v1/things/7?q=canary-one@example.com");
            using (Processing.Start(new ProcessingInfo { Name = "agent.task.run", EventType = "task.run", EventId = "t-1", Subject = "s-1", Tenant = "acme" }))
            {
                Canon.Add("exit_code", 0);
            }

            await Eventually.TrueAsync(() => collector.All("/v1/metrics").Contains("http.server.request.duration", StringComparison.Ordinal), "metrics at the collector");
        }

        var traces = collector.All("/v1/traces");
        var logs = collector.All("/v1/logs");
        foreach (var expected in new[] { "thing-service", "api.things.load", "GET /v1/things/{id}", "orion.line.kind", "orion.surface", "agent.task.run", "task.run", "exit_code", "[REDACTED]", "http.response.status_code" })
        {
            Assert.Contains(expected == "api.things.load" ? "load for [REDACTED]" : expected, traces, StringComparison.Ordinal);
        }

        Assert.Contains("login of [REDACTED] failed", logs, StringComparison.Ordinal);
        Assert.Contains("for [REDACTED]", logs, StringComparison.Ordinal);
        Assert.Contains("correlation_id", logs, StringComparison.Ordinal);
        foreach (var canary in s_canaries)
        {
            Assert.DoesNotContain(canary, traces, StringComparison.Ordinal);
            Assert.DoesNotContain(canary, logs, StringComparison.Ordinal);
            Assert.DoesNotContain(canary, collector.All("/v1/metrics"), StringComparison.Ordinal);
        }

        // The exporter's own calls are not traced, neither by the SDK nor by our listener.
        Assert.DoesNotContain("/v1/traces", traces, StringComparison.Ordinal);
    }
}
