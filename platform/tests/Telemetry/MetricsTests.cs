using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using OpenTelemetry.Metrics;
using Orion.Sink.Metrics;
using Orion.Sink.Reading;
using Orion.Telemetry.Metrics;

namespace Orion.Telemetry.Tests;

public sealed class MetricsTests
{
    private static readonly Counter<long> s_made = Measures.Meter.CreateCounter<long>("orion.things.made", "{thing}", "Things made");
    private static readonly Histogram<double> s_size = Measures.Meter.CreateHistogram<double>("orion.things.size", "By");
    private static readonly UpDownCounter<long> s_open = Measures.Meter.CreateUpDownCounter<long>("orion.things.open", "{thing}");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_service_measures_is_in_its_folder_clean_and_also_goes_over_OTLP(bool alsoOtlp)
    {
        using var folder = new TempFolder();
        await using var collector = await OtlpCollector.StartAsync();
        (string, string?)[] settings = [("ConnectionStrings:telemetry", $"Directory={folder.Path}"), ("OTEL_SERVICE_NAME", "things")];
        await using (var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/things/{id}", (string id) => id),
            settings: alsoOtlp
                ? [.. settings, ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")]
                : settings))
        {
            await app.Client.GetStringAsync("/v1/things/7");
            await app.TraceAsync("/v1/things/{id}");
            s_made.Add(2, new KeyValuePair<string, object?>("password", "canary-password"));
            s_made.Add(3, new KeyValuePair<string, object?>("password", "canary-password"));
            s_size.Record(10);
            s_size.Record(30);
            s_open.Add(5);
            s_open.Add(-1);
        }

        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        var made = await OnlyAsync(reader, "orion.things.made");
        Assert.Equal(("things", "{\"password\":\"[REDACTED]\"}", 5.0), (made.Service, made.Labels, made.Minutes.Sum(m => m.Sum) ?? 0));
        Assert.Equal((Measures.Meter.Name, MetricTemporality.None, true), (made.Scope?.Name, made.Temporality, made.Monotonic));
        Assert.Contains(new("service.name", "things"), made.Resource.Attributes);
        Assert.Contains(made.Resource.Attributes, a => a.Key == "service.instance.id");
        var size = (await OnlyAsync(reader, "orion.things.size")).Minutes;
        Assert.Equal((2L, 40.0, 10.0, 30.0), (size.Sum(m => m.Count), size.Sum(m => m.Sum), size.Min(m => m.Min), size.Max(m => m.Max)));
        Assert.Equal(4, (await OnlyAsync(reader, "orion.things.open")).Minutes[^1].Last);
        var known = (await reader.MetricsAsync()).ToDictionary(m => m.Name);
        Assert.Equal(new MetricDescription("orion.things.made", "{thing}", MetricKind.Counter, "Things made"), known["orion.things.made"]);
        string[] expected =
        [
            "http.server.request.duration", "kestrel.connection.duration", "dotnet.gc.collections", "dotnet.process.cpu.time",
            StandardMetrics.CpuUsagePercent, StandardMetrics.MemoryUsedBytes, StandardMetrics.MemoryAllocMb,
            StandardMetrics.PoolThreadsCount, StandardMetrics.GcCount,
        ];
        Assert.All(expected, name => Assert.Contains(name, known.Keys));
        Assert.Equal(0, (await OnlyAsync(reader, "orion.requests.active")).Minutes[^1].Last);
        Assert.All(["http.server.active_requests", "aspnetcore.routing.match_attempts"], name =>
            Assert.Equal(alsoOtlp, known.ContainsKey(name)));
        var route = Assert.Single(
            await reader.MetricAsync("http.server.request.duration", DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1)),
            s => s.Labels.Contains("/v1/things/{id}", StringComparison.Ordinal));
        Assert.Equal(1, route.Minutes.Sum(m => m.Count));
        Assert.Equal(alsoOtlp, collector.All("/v1/metrics").Contains("orion.things.size", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_view_with_narrow_buckets_gives_percentiles_within_one_percent_and_one_without_buckets_none()
    {
        using var folder = new TempFolder();
        await using (var app = await TestApp.StartAsync(
            configure: b => b.Services.ConfigureOpenTelemetryMeterProvider(m => m
                .AddView("orion.things.size", new Base2ExponentialBucketHistogramConfiguration { MaxSize = 640 })
                .AddView("orion.things.weight", new ExplicitBucketHistogramConfiguration { Boundaries = [] })),
            settings: [("ConnectionStrings:telemetry", $"Directory={folder.Path}"), ("OTEL_SERVICE_NAME", "things")]))
        {
            var weight = Measures.Meter.CreateHistogram<double>("orion.things.weight", "kg");
            for (var i = 0; i <= 1_000; i++)
            {
                s_size.Record(i);
                weight.Record(i);
            }
        }

        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        var size = await OnlyAsync(reader, "orion.things.size");
        Assert.Equal((1_001L, 500_500.0, 0.0, 1_000.0),
            (size.Minutes.Sum(m => m.Count), size.Minutes.Sum(m => m.Sum) ?? 0, size.Minutes.Min(m => m.Min) ?? -1,
                size.Minutes.Max(m => m.Max) ?? -1));
        Assert.InRange(size.Quantile(0.5)!.Value, 495, 505);
        Assert.InRange(size.Quantile(0.95)!.Value, 940, 960);
        Assert.Equal(0, size.Quantile(0.0005));
        var weights = await OnlyAsync(reader, "orion.things.weight");
        Assert.Equal((1_001L, null), (weights.Minutes.Sum(m => m.Count), weights.Quantile(0.5)));
    }

    [Fact]
    public async Task An_interval_out_of_range_is_refused_at_start_by_its_key()
    {
        var refused =
            await Assert.ThrowsAnyAsync<Exception>(() => TestApp.StartAsync(settings: [("Orion:Metrics:Interval", "00:00:00.1")]));
        Assert.Contains("Orion:Metrics:Interval", refused.ToString(), StringComparison.Ordinal);
    }

    private static async Task<MetricSeries> OnlyAsync(TelemetryReader reader, string name) =>
        Assert.Single(await reader.MetricAsync(name, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1)));
}
