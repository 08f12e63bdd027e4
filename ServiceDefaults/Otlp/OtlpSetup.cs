using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Sends traces, metrics and logs to an OTLP endpoint, when there is one, through the OpenTelemetry SDK; cleaned before its exporter.</summary>
internal static class OtlpSetup
{
    public const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static bool IsWanted(IConfiguration configuration) => !string.IsNullOrWhiteSpace(configuration[EndpointKey]);

    public static void Add(IHostApplicationBuilder builder)
    {
        if (!IsWanted(builder.Configuration))
        {
            return;
        }

        if (!Uri.TryCreate(builder.Configuration[EndpointKey], UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
        {
            throw new InvalidOperationException($"{EndpointKey} must be an absolute http or https URL.");
        }

        var telemetry = new TelemetryBuilder(builder.Services);
        telemetry
            .ConfigureResource(r => r.AddAttributes([new("service.name", ServiceIdentity.NameFrom(builder.Configuration, builder.Environment))])
                .AddDetector(sp => new IdentityDetector(sp.GetRequiredService<ServiceIdentity>())))
            .WithTracing(t => t.AddSource(Spans.Source.Name, SpanListener.AspNetCore, SpanListener.HttpClient).SetSampler(new AlwaysOnSampler())
                .AddProcessor(sp => new CleanSpans(sp.GetRequiredService<Sanitizer>())))
            .WithMetrics(MetricsSetup.Listen)
            .WithLogging(l => l.AddProcessor(sp => new CleanLogs(sp.GetRequiredService<Sanitizer>())), o => o.IncludeFormattedMessage = true)
            .UseOtlpExporter();
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
