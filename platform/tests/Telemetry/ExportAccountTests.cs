using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;
using Orion.Sink.Reading;
using Orion.Telemetry.Otlp;

namespace Orion.Telemetry.Tests;

/// <summary>What became of exported rows is accounted for: taken, rejected, failed or thrown away.</summary>
public sealed class ExportAccountTests
{
    [Theory]
    [InlineData(200, 0)]
    [InlineData(400, 12)]
    public async Task The_account_says_what_arrived_and_what_the_collector_refused(int status, int failed)
    {
        using var folder = new TempFolder();
        await using var collector = await OtlpCollector.StartAsync();
        collector.HttpStatus = status;
        await using (var app = await OtlpTests.StartAsync(
            collector,
            [("ConnectionStrings:telemetry", $"Directory={folder.Path}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")]))
        {
            for (var i = 0; i < 6; i++)
            {
                await app.Client.GetStringAsync("/v1/things/7");
            }
        }

        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        var spans = (await reader.LossAsync()).Single(l => l.Stream == "exported_spans");
        var logs = (await reader.LossAsync()).Single(l => l.Stream == "exported_logs");
        Assert.Equal((12, 12 - failed, failed, 0), (spans.Produced, spans.Stored, spans.Dropped, spans.Buffered));
        Assert.Equal((logs.Produced, 0), (logs.Stored + logs.Dropped, logs.Buffered));
        Assert.All(await reader.LossReasonsAsync(), r => Assert.Equal("export_failed", r.Reason));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_not_taken_when_the_process_ends_is_tried_once_and_has_failed(bool isGone)
    {
        using var folder = new TempFolder();
        await using var collector = await OtlpCollector.StartAsync();
        collector.HttpStatus = 503;
        Environment.SetEnvironmentVariable("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory");
        try
        {
            await using var app = await OtlpTests.StartAsync(
                collector,
                [
                    ("ConnectionStrings:telemetry", $"Directory={folder.Path}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                    ("OTEL_METRICS_EXPORTER", "none"), ("OTEL_BSP_SCHEDULE_DELAY", "600000"), ("OTEL_BLRP_SCHEDULE_DELAY", "600000"),
                ]);
            await app.Client.GetStringAsync("/v1/things/7");
            if (isGone)
            {
                await collector.DisposeAsync();
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", null);
        }

        if (!isGone)
        {
            Assert.Equal(["/v1/logs", "/v1/traces"], collector.Exports.Select(e => e.Path).Order(StringComparer.Ordinal));
        }

        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        var spans = (await reader.LossAsync()).Single(l => l.Stream == "exported_spans");
        Assert.Equal((2, 0, 2, 0), (spans.Produced, spans.Stored, spans.Dropped, spans.Buffered));
    }

    [Theory]
    [InlineData(false, new byte[] { 0x0A, 0x05, 0x08, 0x01, 0x12, 0x01, (byte)'x' }, 1)]
    [InlineData(true, new byte[] { 0x0A, 0x02, 0x08, 0x01 }, 1)]
    [InlineData(false, new byte[] { 0x0A, 0x03, 0x12, 0x01, (byte)'x' }, 0)]
    [InlineData(false, new byte[] { (byte)'{', (byte)'}' }, 0)]
    public async Task What_a_receiver_rejects_of_an_export_it_takes_did_not_arrive(bool grpc, byte[] answer, int rejected)
    {
        await using var collector = await OtlpCollector.StartAsync(grpc);
        collector.Answer = answer;
        await using var app = await OtlpTests.StartAsync(
            collector,
            [
                ("OTEL_EXPORTER_OTLP_PROTOCOL", grpc ? "grpc" : "http/protobuf"), ("OTEL_LOGS_EXPORTER", "none"),
                ("OTEL_METRICS_EXPORTER", "none"),
            ]);
        for (var i = 0; i < 6; i++)
        {
            await app.Client.GetStringAsync("/v1/things/7");
        }

        await Eventually.TrueAsync(() => app.Services.GetRequiredService<ExportAccounts>().Read() is [{ Produced: 12 }], "twelve spans");
        app.Services.GetRequiredService<TracerProvider>().ForceFlush(10_000);
        await Eventually.TrueAsync(
            () => app.Services.GetRequiredService<ExportAccounts>().Read() is [var spans] && spans.Delivered + spans.Failed == 12,
            "all of them are settled");
        Assert.Equal(rejected * collector.Exports.Count, app.Services.GetRequiredService<ExportAccounts>().Read()[0].Failed);
    }

    [Fact]
    public async Task What_does_not_fit_into_the_exporters_queue_is_counted_as_soon_as_it_is_certain()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var app = await OtlpTests.StartAsync(
            collector,
            [
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_BSP_MAX_QUEUE_SIZE", "4"),
                ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2"), ("OTEL_LOGS_EXPORTER", "none"), ("OTEL_METRICS_EXPORTER", "none"),
            ]);
        collector.Hold = new TaskCompletionSource();
        for (var i = 0; i < 10; i++)
        {
            await app.Client.GetStringAsync("/v1/things/7");
        }

        // An answer arrives before its request has ended on the server.
        await Eventually.TrueAsync(() => app.Services.GetRequiredService<ExportAccounts>().Read() is [{ Produced: 20 }], "twenty spans");
        var held = Assert.Single(app.Services.GetRequiredService<ExportAccounts>().Read());
        Assert.True(held.Overflowed >= 12, $"{held}");
        collector.Hold.SetResult();
        app.Services.GetRequiredService<TracerProvider>().ForceFlush(10_000);
        var after = app.Services.GetRequiredService<ExportAccounts>().Read()[0];
        Assert.Equal(held.Overflowed, after.Overflowed);
        Assert.Equal((20, 0), (after.Produced, after.Failed));
        Assert.True(after.Delivered <= 20 - after.Overflowed, $"{after}");
    }
}
