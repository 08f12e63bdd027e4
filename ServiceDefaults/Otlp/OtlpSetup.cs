using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Sends traces, metrics and logs to OTLP endpoints, where there are any, through the OpenTelemetry SDK; its exporters write to <see cref="CleanExport"/>.</summary>
internal static class OtlpSetup
{
    private const string Retry = "OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY";

    /// <summary>Whether spans leave the process.</summary>
    public static bool ExportsTraces(IConfiguration configuration) => OtlpTarget.Of("traces", configuration) is not null;

    public static void Add(IHostApplicationBuilder builder)
    {
        var telemetry = new TelemetryBuilder(builder.Services);
        var any = Add(builder, "traces", name => telemetry.WithTracing(t => t
            .AddSource(Spans.Source.Name, SpanListener.AspNetCore, SpanListener.HttpClient).SetSampler(new AlwaysOnSampler()).AddOtlpExporter(name, configure: null)));
        any |= Add(builder, "metrics", name => telemetry.WithMetrics(m =>
        {
            MetricsSetup.Listen(m);
            m.AddOtlpExporter(name, configure: null);
        }));
        any |= Add(builder, "logs", name => telemetry.WithLogging(
            l => l.AddProcessor(sp => new LogBodies(sp.GetRequiredService<Sanitizer>())).AddOtlpExporter(name, configureExporter: null), o => o.IncludeFormattedMessage = true));
        if (!any)
        {
            return;
        }

        if (string.Equals(builder.Configuration[Retry], "disk", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException($"{Retry} must not be \"disk\": it keeps exports in files before they are redacted. Use \"in_memory\".");
        }

        builder.Services.TryAddSingleton<WireGate>();
        telemetry.ConfigureResource(r => r
            .AddAttributes([new("service.name", ServiceIdentity.NameFrom(builder.Configuration, builder.Environment))])
            .AddDetector(sp => new IdentityDetector(sp.GetRequiredService<ServiceIdentity>())));
    }

    private static bool Add(IHostApplicationBuilder builder, string signal, Action<string> export)
    {
        if (OtlpTarget.Of(signal, builder.Configuration) is not { } target)
        {
            return false;
        }

        var name = "orion-" + signal;
        builder.Services.AddOptions<OtlpExporterOptions>(name).Configure<WireGate>(target.Put);
        export(name);
        return true;
    }

    private sealed class IdentityDetector(ServiceIdentity identity) : IResourceDetector
    {
        public Resource Detect() => new(
        [
            new("service.instance.id", identity.Instance),
            new("service.version", identity.Version),
            new("deployment.environment.name", identity.Environment),
            new("host.name", identity.Host),
        ]);
    }
}
