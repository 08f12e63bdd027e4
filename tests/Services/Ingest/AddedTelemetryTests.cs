using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orion.Sink.Reading;
using Orion.Store.OpsAccess;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>
/// Alone: what a host does outside a request or job is the telemetry of the process's latest host, and other tests start some.
/// </summary>
[CollectionDefinition(nameof(AddedTelemetryTests), DisableParallelization = true)]
public sealed class AddedTelemetryAlone;

/// <summary>A plain library's span and metric in the platform's own services: on the panel, by SQL, over OTLP.</summary>
[Collection(nameof(AddedTelemetryTests))]
[Trait("Store", "once")]
public sealed class AddedTelemetryTests
{
    [Fact]
    public async Task A_librarys_span_is_in_its_requests_trace_and_its_metric_beside_the_platforms()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var api = await ApiUnderTest.StartAsync(settings: Settings(collector, "api"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "allocations");
        request.Headers.Add("x-acme", "1");
        (await api.Tenant("acme").SendAsync(request)).Dispose();

        var rows = await RowsAsync(api.Folder, "acme.request");

        Assert.Equal("api", rows[0].GetProperty("service").GetString());
        var traceId = rows[0].GetProperty("trace_id").GetString()!;
        var line = Assert.Single(
            await SqlCommand.RunProgramAsync(api.Folder, $"SELECT span_id FROM canonical_lines WHERE trace_id = '{traceId}'"));
        Assert.Equal(line.GetProperty("span_id").GetString(), rows[0].GetProperty("parent_id").GetString());
        Assert.Contains("acme.request.part", await PanelAsync(api, traceId), StringComparison.Ordinal);
        await HeardAsync(api, collector, "acme.request.part");
    }

    [Fact]
    public async Task So_is_what_it_does_in_the_worker()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var api = await ApiUnderTest.StartAsync();
        await using var worker = Worker.Program.Build([.. ApiUnderTest.Arguments(api.Folder), .. Settings(collector, "worker")]);
        await worker.StartAsync();

        var rows = await RowsAsync(api.Folder, "acme.background");

        Assert.Equal("worker", rows[0].GetProperty("service").GetString());
        Assert.Contains("acme.background.part", await PanelAsync(api, rows[0].GetProperty("trace_id").GetString()!),
            StringComparison.Ordinal);
        await HeardAsync(api, collector, "acme.background.part");
        await worker.StopAsync();
    }

    private static string[] Settings(OtlpCollector collector, string service) =>
    [
        PlainLibrary.Argument, $"--OTEL_SERVICE_NAME={service}", $"--OTEL_EXPORTER_OTLP_ENDPOINT={collector.Address}",
        "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        "--OTEL_BSP_SCHEDULE_DELAY=100", "--OTEL_METRIC_EXPORT_INTERVAL=200", "--Orion:Metrics:Interval=00:00:01",
    ];

    /// <summary>The library's outer span of that name, with its part as its child.</summary>
    private static async Task<IReadOnlyList<JsonElement>> RowsAsync(string folder, string name)
    {
        IReadOnlyList<JsonElement> rows = [];
        var query = $"SELECT * FROM spans WHERE name LIKE '{name}%' ORDER BY length(name)";
        await Eventually.TrueAsync(async () => (rows = await SqlCommand.RunAsync(folder, query)).Count >= 2, $"both spans of {name}");
        Assert.Equal(rows[0].GetProperty("span_id").GetString(), rows[1].GetProperty("parent_id").GetString());
        return rows;
    }

    private static async Task<string> PanelAsync(ApiUnderTest api, string traceId)
    {
        var token = await api.App.Services.GetRequiredService<OpsSessions>()
            .CreateLoginTokenAsync("Tess", "viewer", TimeSpan.FromMinutes(5));
        var panel = api.Client();
        (await panel.GetAsync($"/admin/ops/login?t={token}")).EnsureSuccessStatusCode();
        return await panel.GetStringAsync($"/admin/ops/traces/{traceId}");
    }

    private static async Task HeardAsync(ApiUnderTest api, OtlpCollector collector, string span)
    {
        await Eventually.TrueAsync(() => collector.All("/v1/traces").Contains(span, StringComparison.Ordinal), "the span over OTLP");
        await Eventually.TrueAsync(() =>
            collector.All("/v1/metrics").Contains("acme.library.calls", StringComparison.Ordinal), "the metric over OTLP");
        await using var reader = new TelemetryReader(Path.Combine(api.Folder, "telemetry"), TimeProvider.System);
        await Eventually.TrueAsync(
            async () => (await reader.MetricsAsync()).Any(m => m.Name == "acme.library.calls"), "the metric in the folder");
    }
}
