using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Metrics;
using Orion.Telemetry.Otlp;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Tests;

/// <summary>What leaves the process by OTLP, how, and where to.</summary>
public sealed class OtlpTests
{
    private static readonly Counter<long> s_sold = Measures.Meter.CreateCounter<long>("orion.things.sold");
    private static readonly Histogram<double> s_paid = Measures.Meter.CreateHistogram<double>("orion.things.paid");

    [Fact]
    public async Task Traces_logs_and_metrics_leave_clean_and_complete()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var app = await StartAsync(
            collector,
            [
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                ("OTEL_RESOURCE_ATTRIBUTES",
                    "team=canary-resource@example.com,db.password=canary-resource-two,zone=north,service.instance.id=rbuenhur"),
                ("OTEL_METRICS_EXEMPLAR_FILTER", "always_on"),
            ]))
        {
            await app.Client.GetStringAsync("/v1/things/7?q=canary-query@example.com");
            using (Processing.Start(new ProcessingInfo
            {
                Name = "agent.task.run",
                EventType = "task.run",
                EventId = "t-1",
                Subject = "s-1",
                Tenant = "acme",
            }))
            {
                Canon.Add("exit_code", 0);
            }

            await Eventually.TrueAsync(
                () => collector.All("/v1/metrics").Contains("http.server.request.duration", StringComparison.Ordinal),
                "metrics at the collector");
        }

        var traces = collector.All("/v1/traces");
        var logs = collector.All("/v1/logs");
        var metrics = collector.All("/v1/metrics");
        string[] expected =
        [
            "thing-service", "load for [REDACTED]", "GET /v1/things/{id}", "orion.line.kind", "orion.surface", "agent.task.run", "task.run",
            "exit_code", "[REDACTED]", "http.response.status_code", "mail [REDACTED]",
        ];
        Assert.All(expected, text => Assert.Contains(text, traces, StringComparison.Ordinal));
        Assert.Contains("login of [REDACTED] failed", logs, StringComparison.Ordinal);
        Assert.Contains("for [REDACTED]", logs, StringComparison.Ordinal);
        Assert.Contains("correlation_id", logs, StringComparison.Ordinal);
        Assert.Contains("orion.things.sold", metrics, StringComparison.Ordinal);
        Assert.All((string[])[traces, logs, metrics], all => Assert.DoesNotContain("canary-", all, StringComparison.Ordinal));
        Assert.All((string[])[traces, logs, metrics], all => Assert.DoesNotContain("4111111111111111", all, StringComparison.Ordinal));
        Assert.All((string[])[traces, logs, metrics], all => Assert.Contains("north", all, StringComparison.Ordinal));

        // As it was given: Aspire's dashboard finds a resource's telemetry by it.
        Assert.All(
            (string[])[traces, logs, metrics],
            all => Assert.Contains("service.instance.id\u0012\n\n\brbuenhur", all, StringComparison.Ordinal));

        // The exporter's own calls are not traced, neither by the SDK nor by our listener.
        Assert.DoesNotContain("/v1/traces", traces, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_platforms_ingest_and_a_dashboard_beside_it_both_get_everything_and_it_is_accounted_once()
    {
        await using var dashboard = await OtlpCollector.StartAsync(grpc: true);
        await using var ingest = await OtlpCollector.StartAsync();
        await using (var app = await StartAsync(
            dashboard, [("Orion:Otlp:Endpoint", ingest.Address + "/otlp"), ("Orion:Otlp:ApiKey", "the-key")]))
        {
            await app.Client.GetStringAsync("/v1/things/7");
            await Eventually.TrueAsync(
                () => ingest.All("/otlp/v1/metrics").Contains("orion.things.sold", StringComparison.Ordinal)
                    && dashboard.Exports.Any(
                        e => Encoding.Latin1.GetString(e.Body).Contains("orion.things.sold", StringComparison.Ordinal)),
                "metrics at both");
            var accounts = app.Services.GetRequiredService<ExportAccounts>().Read();
            Assert.Equal(["exported_spans", "exported_logs"], accounts.Select(a => a.Stream));
            Assert.Equal(2, accounts[0].Produced);
        }

        Assert.All((OtlpCollector[])[dashboard, ingest], collector =>
        {
            var all = Encoding.Latin1.GetString(collector.Bytes);
            Assert.Contains("GET /v1/things/{id}", all, StringComparison.Ordinal);
            Assert.Contains("login of [REDACTED] failed", all, StringComparison.Ordinal);
            Assert.DoesNotContain("canary-", all, StringComparison.Ordinal);

            // Once on each: the request, its inner span, its log record.
            Assert.Equal(3, all.Split("correlation_id").Length - 1);
        });
    }

    [Fact]
    public async Task Over_gRPC_the_same_leaves_as_clean()
    {
        await using var collector = await OtlpCollector.StartAsync(grpc: true);
        await using (var app = await StartAsync(collector, [("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")]))
        {
            await app.Client.GetStringAsync("/v1/things/7");
        }

        Assert.Equal(
            [
                "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
                "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
                "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            ],
            collector.Exports.Select(e => e.Path).Distinct().Order(StringComparer.Ordinal));
        var all = string.Concat(collector.Exports.Select(e => e.Path).Distinct().Select(collector.All));
        Assert.Contains("load for [REDACTED]", all, StringComparison.Ordinal);
        Assert.Contains("orion.things.sold", all, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-", all, StringComparison.Ordinal);
        Assert.All(collector.Exports, e => Assert.True(e.Compressed));
    }

    [Fact]
    public async Task Series_that_redaction_makes_alike_stay_apart()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var app = await StartAsync(
            collector, [("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_TRACES_EXPORTER", "none")]))
        {
            s_sold.Add(1, new KeyValuePair<string, object?>("password", "one"), new("kind", "apart"));
            s_sold.Add(1, new KeyValuePair<string, object?>("password", "two"), new("kind", "apart"));
            s_sold.Add(1, new KeyValuePair<string, object?>("kind", "plain"));
        }

        var metrics = collector.All("/v1/metrics");
        var marks = metrics.Split(WireRedactor.SeriesMark).Skip(1).Select(m => m[..20]).ToList();
        Assert.Equal(2, marks.Distinct().Count());
        Assert.DoesNotContain(collector.Exports, e => e.Path == "/v1/traces");
    }

    [Fact]
    public async Task Each_signal_may_have_an_endpoint_a_protocol_headers_and_compression_of_its_own()
    {
        await using var here = await OtlpCollector.StartAsync();
        await using var there = await OtlpCollector.StartAsync(grpc: true);
        (string, string?)[] settings =
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", here.Address + "/base/"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=all"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", there.Address), ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-key=traces"),
            ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", here.Address + "/my/logs"), ("OTEL_EXPORTER_OTLP_LOGS_COMPRESSION", "gzip"),
            ("OTEL_RESOURCE_ATTRIBUTES", "zone=north"),
        ];
        await using (var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/log", (ILogger<OtlpTests> logger) => logger.LogInformation("here")), settings: settings))
        {
            await app.Client.GetStringAsync("/v1/log");
        }

        Assert.All(there.Exports, e => Assert.Equal(
            ("/opentelemetry.proto.collector.trace.v1.TraceService/Export", "traces", false), (e.Path, e.Key, e.Compressed)));
        Assert.NotEmpty(there.Exports);
        Assert.Contains(("/my/logs", "all", true), here.Exports.Select(e => (e.Path, e.Key ?? "", e.Compressed)));
        Assert.Contains(("/base/v1/metrics", "all", false), here.Exports.Select(e => (e.Path, e.Key ?? "", e.Compressed)));
        Assert.DoesNotContain(here.Exports, e => e.Path.Contains("traces", StringComparison.Ordinal));
        Assert.All(
            here.Exports.Concat(there.Exports),
            e => Assert.Contains("north", System.Text.Encoding.Latin1.GetString(e.Body), StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_export_that_gRPC_says_to_try_again_is_sent_again()
    {
        await using var collector = await OtlpCollector.StartAsync(grpc: true);
        collector.GrpcStatus = "14";
        Environment.SetEnvironmentVariable("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory");
        try
        {
            await using var app = await StartAsync(
                collector, [("OTEL_METRICS_EXPORTER", "none"), ("OTEL_LOGS_EXPORTER", "none"), ("OTEL_BSP_SCHEDULE_DELAY", "50")]);
            await app.Client.GetStringAsync("/v1/things/7");
            await Eventually.TrueAsync(() => collector.Exports.Count >= 2, "the export again");
        }
        finally
        {
            Environment.SetEnvironmentVariable("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", null);
        }

        Assert.Contains(collector.Exports, e => e.Body.AsSpan().SequenceEqual(collector.Exports[0].Body));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_COMPRESSION", "zstd")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "soon")]
    [InlineData("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "disk")]
    public async Task What_cannot_be_honoured_is_refused_at_start_by_its_name(string key, string value)
    {
        var refused = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => TestApp.StartAsync(
            settings: key == "OTEL_EXPORTER_OTLP_ENDPOINT"
                ? [(key, value)]
                : [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"), (key, value)]));

        Assert.StartsWith(key + " must", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OTEL_SDK_DISABLED", "true")]
    [InlineData("OTEL_LOGS_EXPORTER", "none")]
    public async Task Exports_that_are_switched_off_do_not_happen(string key, string value)
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var app = await StartAsync(collector, [("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), (key, value)]))
        {
            using var answer = await app.Client.GetAsync("/v1/things/7");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(
            key == "OTEL_SDK_DISABLED" ? [] : ["/v1/metrics", "/v1/traces"],
            collector.Exports.Select(e => e.Path).Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>A service that puts a secret into everything that the SDK exports.</summary>
    internal static Task<TestApp> StartAsync(OtlpCollector collector, (string, string?)[] settings) => TestApp.StartAsync(
        a => a.MapGet("/v1/things/{id}", (string id, ILogger<OtlpTests> logger) =>
        {
            var link = new ActivityLink(
                Activity.Current?.Context ?? default, new ActivityTagsCollection { ["note"] = "canary-link@example.com" });
            using (var span = Spans.Source.StartActivity(
                "api.things.load", ActivityKind.Internal, Activity.Current?.Context ?? default, links: [link]))
            {
                if (span is null)
                {
                    return id;
                }

                span.DisplayName = "load for canary-name@example.com";
                span.TraceStateString = "k=canary-state@example.com";
                span.SetTag("note", "mail canary-note@example.com");
                span.SetTag("canary-key@example.com", 1);
                span.SetTag("password", "canary-password");
                span.SetTag("number", 4111111111111111L);
                span.SetTag("list", (string[])["a", "canary-list@example.com"]);
                span.SetTag("raw", "canary-raw@example.com"u8.ToArray());
                span.AddEvent(new ActivityEvent(
                    "paid by canary-event@example.com",
                    tags: new ActivityTagsCollection { ["key"] = "sk_live_canary-Three", ["secret"] = "canary-event-two" }));
                span.SetStatus(ActivityStatusCode.Error, "token=canary-status");
            }

            KeyValuePair<string, object?>[] tags =
                [new("password", "canary-metric"), new("note", "canary-metric@example.com"), new("number", 4111111111111111L)];
            s_sold.Add(1, tags);
            s_paid.Record(2, tags);
            logger.LogWarning(
                new InvalidOperationException("for canary-exception@example.com"), "login of {Password} failed", "canary-argument");
            return id;
        }),
        settings:
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_SERVICE_NAME", "thing-service"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "500"), .. settings,
        ]);
}
