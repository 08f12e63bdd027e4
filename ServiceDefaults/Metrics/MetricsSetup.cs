using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OrionPlatform.Sink;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Feeds the sink from the meters of the framework, the runtime and the platform. An OTLP endpoint, when there is one, reads the same provider.</summary>
internal static class MetricsSetup
{
    private static readonly string[] s_meters = ["Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime", Measures.Meter.Name, Measures.Meter.Name + ".*"];

    // Measured anew with every request, on series over which all processors contend, and told otherwise: by orion.requests.active, by the routes of
    // http.server.request.duration, and by what the pool allocates. They are collected where metrics also leave by OTLP, whose readers may look for them.
    private static readonly string[] s_costly =
        ["http.server.active_requests", "aspnetcore.routing.match_attempts", "aspnetcore.memory_pool.pooled", "aspnetcore.memory_pool.rented"];

    public static void Listen(MeterProviderBuilder metrics) => metrics.AddMeter(s_meters);

    public static void Add(IHostApplicationBuilder builder)
    {
        builder.Services.AddCapability<MetricsOptions>(MetricsOptions.Section);
        if (TelemetryFolder.Of(builder.Configuration) is null)
        {
            return;
        }

        // Series of a metric are bounded by the SDK: past its cardinality limit they share one that says so.
        new TelemetryBuilder(builder.Services).WithMetrics(m =>
        {
            Listen(m);
            if (OtlpTarget.Of("metrics", builder.Configuration).Count == 0)
            {
                foreach (var name in s_costly)
                {
                    m.AddView(name, MetricStreamConfiguration.Drop);
                }
            }

            m.AddReader(sp => new PeriodicExportingMetricReader(
                new SinkMetricExporter(sp.GetRequiredService<TelemetrySink>().Metrics, sp.GetRequiredService<ServiceIdentity>().Name),
                (int)sp.GetRequiredService<IOptions<MetricsOptions>>().Value.Interval.TotalMilliseconds)
            {
                TemporalityPreference = MetricReaderTemporalityPreference.Delta,
            });
        });
    }
}

/// <summary>Puts the SDK's parts into the application's own services.</summary>
internal sealed class TelemetryBuilder(IServiceCollection services) : IOpenTelemetryBuilder
{
    public IServiceCollection Services => services;
}
