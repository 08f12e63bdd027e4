using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using Orion.Sink;
using Orion.Telemetry.Identity;
using Orion.Telemetry.Otlp;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Metrics;

/// <summary>
/// Metrics of the framework, the runtime and the platform, and the reader that feeds the sink from whatever meters the provider has.
/// </summary>
internal static class MetricsSetup
{
    // Measured anew with every request, on series over which all processors contend, and told otherwise: by orion.requests.active, by the
    // routes of http.server.request.duration, and by what the pool allocates. They are collected where metrics also leave by OTLP, whose
    // readers may look for them.
    private static readonly string[] s_costly =
        ["http.server.active_requests", "aspnetcore.routing.match_attempts", "aspnetcore.memory_pool.pooled",
            "aspnetcore.memory_pool.rented"];

    public static void Add(IHostApplicationBuilder builder, MeterProviderBuilder metrics, OtlpSetup otlp)
    {
        // The wildcard is for what a later framework adds; the package names those of its own time.
        metrics.AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation()
            .AddMeter("Microsoft.AspNetCore.*", Measures.Meter.Name, Measures.Meter.Name + ".*", builder.Environment.ApplicationName);
        otlp.AddMetrics(builder.Services, metrics);
        if (TelemetryFolder.Of(builder.Configuration) is null)
        {
            return;
        }

        if (!otlp.ExportsMetrics)
        {
            foreach (var name in s_costly)
            {
                metrics.AddView(name, MetricStreamConfiguration.Drop);
            }
        }

        // Series of a metric are bounded by the SDK: past its cardinality limit they share one that says so.
        metrics.AddReader(sp => new PeriodicExportingMetricReader(
            new SinkMetricExporter(
                sp.GetRequiredService<TelemetryWriter>(), sp.GetRequiredService<TelemetrySink>().Metrics, sp.GetRequiredService<Redactor>(),
                sp.GetRequiredService<ServiceIdentity>().Name),
            (int)sp.GetRequiredService<IOptions<MetricsOptions>>().Value.Interval.TotalMilliseconds)
        {
            TemporalityPreference = MetricReaderTemporalityPreference.Delta,
        });
    }
}
