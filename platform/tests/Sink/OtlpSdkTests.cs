using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orion.Sink.Otlp;
using Orion.Sink.Reading;
using Orion.Sink.Rows;

namespace Orion.Sink.Tests;

public sealed class OtlpSdkTests
{
    [Fact]
    public async Task The_OpenTelemetry_SDK_sends_traces_and_logs_over_real_HTTP()
    {
        // The SDK's clock is the system's.
        await using var test = new TestSink(time: new FakeTimeProvider(DateTimeOffset.UtcNow));
        await using var server = await ServeAsync(test.Sink);
        using var source = new ActivitySource("orion.sink.tests.sdk");
        ActivityTraceId trace;
        using (var sdk = OpenTelemetrySdk.Create(b => b.ConfigureResource(r => r.AddService("node-agent"))
            .WithTracing(t => t.AddSource(source.Name)).WithLogging(l => { }, o => o.IncludeFormattedMessage = true)
            .UseOtlpExporter(OtlpExportProtocol.HttpProtobuf, new Uri(server.Urls.First()))))
        {
            using var activity = source.StartActivity("agent.workload.start")!;
            activity.SetTag("runtime", "sleeper").AddEvent(new ActivityEvent("started")).SetStatus(ActivityStatusCode.Error, "no");
            trace = activity.TraceId;
            sdk.GetLoggerFactory().CreateLogger("Agent").LogWarning("Workload {Id} is slow", 7);
        }

        await test.Sink.FlushAsync();
        var span = (await test.Reader.StoryAsync(trace))!.Traces.Single().Spans.Single();
        Assert.Equal(("node-agent", "agent.workload.start", SpanStatus.Error, "no"),
            (span.Service, span.Name, span.Status, span.StatusMessage));
        Assert.Equal("started", span.Events.Single().Name);
        var log = Assert.Single((await test.Reader.LogsAsync(new LogQuery { TraceId = trace })).Items);
        Assert.Equal(("node-agent", "Agent", LogLevel.Warning, "Workload 7 is slow"), (log.Service, log.Category, log.Level, log.Message));
    }

    [Fact]
    public async Task The_OpenTelemetry_SDK_sends_metrics_over_real_HTTP()
    {
        // The SDK's clock is the system's.
        await using var test = new TestSink(time: new FakeTimeProvider(DateTimeOffset.UtcNow));
        await using var server = await ServeAsync(test.Sink);
        using var meter = new Meter("orion.sink.tests.sdk");
        var tasks = meter.CreateCounter<long>("agent.tasks", "{task}", "Tasks done");
        var duration = meter.CreateHistogram<double>("agent.task.duration", "s");
        using (var sdk = OpenTelemetrySdk.Create(b => b.ConfigureResource(r => r.AddService("node-agent", serviceInstanceId: "node-agent"))
            .WithMetrics(m => m.AddMeter(meter.Name)).UseOtlpExporter(OtlpExportProtocol.HttpProtobuf, new Uri(server.Urls.First()))))
        {
            tasks.Add(2, new KeyValuePair<string, object?>("kind", "start"));
            duration.Record(0.2);
            sdk.MeterProvider.ForceFlush();
            tasks.Add(3, new KeyValuePair<string, object?>("kind", "start"));
            duration.Record(0.4);
        }

        await test.Sink.FlushAsync();
        var (from, to) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        var counted = Assert.Single(await test.Reader.MetricAsync("agent.tasks", from, to));
        Assert.Equal(("node-agent", "{\"kind\":\"start\"}", 5.0), (counted.Service, counted.Labels, counted.Minutes.Sum(m => m.Sum) ?? 0));
        var timed = Assert.Single(await test.Reader.MetricAsync("agent.task.duration", from, to));
        Assert.Equal((2L, 0.6), (timed.Minutes.Sum(m => m.Count), Math.Round(timed.Minutes.Sum(m => m.Sum) ?? 0, 6)));
    }

    private static async Task<WebApplication> ServeAsync(TelemetrySink sink)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add($"http://{IPAddress.Loopback}:0");
        var ingest = new OtlpIngest(TimeProvider.System);
        Map("/v1/traces", OtlpSignal.Traces);
        Map("/v1/logs", OtlpSignal.Logs);
        Map("/v1/metrics", OtlpSignal.Metrics);
        await app.StartAsync();
        return app;

        void Map(string path, OtlpSignal signal) => app.MapPost(path, async (HttpContext context) =>
        {
            var (answer, rows) = await ingest.ReadAsync(
                signal, context.Request.ContentType, context.Request.Headers.ContentEncoding, context.Request.Body, context.RequestAborted);
            sink.Record(rows);
            (context.Response.StatusCode, context.Response.ContentType) = (answer.Status, answer.ContentType);
            await context.Response.Body.WriteAsync(answer.Body);
        });
    }
}
