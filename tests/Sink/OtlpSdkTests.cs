using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace OrionPlatform.Sink.Tests;

public sealed class OtlpSdkTests
{
    [Fact]
    public async Task The_OpenTelemetry_SDK_sends_traces_and_logs_over_real_HTTP()
    {
        await using var test = new TestSink();
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
        Assert.Equal(("node-agent", "agent.workload.start", SpanStatus.Error, "no"), (span.Service, span.Name, span.Status, span.StatusMessage));
        Assert.Equal("started", span.Events.Single().Name);
        var log = Assert.Single((await test.Reader.LogsAsync(new LogQuery { TraceId = trace })).Items);
        Assert.Equal(("node-agent", "Agent", LogLevel.Warning, "Workload 7 is slow"), (log.Service, log.Category, log.Level, log.Message));
    }

    private static async Task<WebApplication> ServeAsync(TelemetrySink sink)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add($"http://{IPAddress.Loopback}:0");
        var ingest = new OtlpIngest(sink);
        Map("/v1/traces", OtlpSignal.Traces);
        Map("/v1/logs", OtlpSignal.Logs);
        await app.StartAsync();
        return app;

        void Map(string path, OtlpSignal signal) => app.MapPost(path, async (HttpContext context) =>
        {
            var answer = await ingest.HandleAsync(signal, context.Request.ContentType, context.Request.Headers.ContentEncoding, context.Request.Body, context.RequestAborted);
            (context.Response.StatusCode, context.Response.ContentType) = (answer.Status, answer.ContentType);
            await context.Response.Body.WriteAsync(answer.Body);
        });
    }
}
