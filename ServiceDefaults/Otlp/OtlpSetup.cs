using System.Diagnostics;
using System.Globalization;
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
using OrionPlatform.Sink;

namespace OrionPlatform.ServiceDefaults;

/// <summary>
/// Sends traces, metrics and logs to OTLP endpoints, where there are any, through the OpenTelemetry SDK; its exporters write to
/// <see cref="CleanExport"/>.
/// </summary>
internal static class OtlpSetup
{
    /// <summary>Whether spans leave the process.</summary>
    public static bool ExportsTraces(IConfiguration configuration) => OtlpTarget.Of("traces", configuration).Count > 0;

    public static void Add(IHostApplicationBuilder builder)
    {
        var telemetry = new TelemetryBuilder(builder.Services);
        var accounts = new ExportAccounts();
        builder.Services.AddSingleton(accounts);
        var any = Add(builder, "traces", Account(ExportAccount.Spans, "BSP"), (name, count) => telemetry.WithTracing(t => t
            .AddSource(Spans.Source.Name, SpanListener.AspNetCore, SpanListener.HttpClient).SetSampler(new AlwaysOnSampler())
            .AddProcessor(new ProducedSpans(count)).AddOtlpExporter(name, configure: null)));
        any |= Add(builder, "metrics", null, (name, _) => telemetry.WithMetrics(m =>
        {
            MetricsSetup.Listen(m);
            m.AddOtlpExporter(name, configure: null);
        }));
        any |= Add(builder, "logs", Account(ExportAccount.Logs, "BLRP"), (name, count) => telemetry.WithLogging(
            l =>
            {
                // The first target's processor renders a record's body; those behind it see it rendered.
                if (count is not null)
                {
                    l.AddProcessor(sp => new LogBodies(sp.GetRequiredService<Sanitizer>(), count));
                }

                l.AddOtlpExporter(name, configureExporter: null);
            },
            o => o.IncludeFormattedMessage = true));
        if (!any)
        {
            return;
        }

        if (string.Equals(builder.Configuration[OtlpTarget.RetryKey], "disk", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException(
                $"{OtlpTarget.RetryKey} must not be \"disk\": it keeps exports in files before they are redacted. Use \"in_memory\".");
        }

        builder.Services.TryAddSingleton<WireGate>();
        telemetry.ConfigureResource(r => r
            .AddAttributes([new("service.name", ServiceIdentity.NameFrom(builder.Configuration, builder.Environment))])
            .AddDetector(sp => new IdentityDetector(
                sp.GetRequiredService<ServiceIdentity>(), ServiceIdentity.InstanceIdFrom(builder.Configuration))));

        Func<ExportCount> Account(string stream, string processor) =>
            () => accounts.Open(stream, MostOnItsWay(processor, builder.Configuration));
    }

    private static bool Add(IHostApplicationBuilder builder, string signal, Func<ExportCount>? account, Action<string, ExportCount?> export)
    {
        var targets = OtlpTarget.Of(signal, builder.Configuration);
        for (var i = 0; i < targets.Count; i++)
        {
            // The loss account is about what the platform gets to see, so it counts the first target, its own ingest where there is one.
            var (name, count, target) = ($"orion-{signal}-{i}", i == 0 ? account?.Invoke() : null, targets[i]);
            builder.Services.AddOptions<OtlpExporterOptions>(name).Configure<WireGate>((options, gate) => target.Put(options, gate, count));
            export(name, count);
        }

        return targets.Count > 0;
    }

    /// <summary>The SDK's queue and the batch that has left it; its defaults are the specification's.</summary>
    private static int MostOnItsWay(string processor, IConfiguration configuration)
    {
        return Read("MAX_QUEUE_SIZE", 2048) + Read("MAX_EXPORT_BATCH_SIZE", 512);

        int Read(string name, int unset) =>
            int.TryParse(configuration[$"OTEL_{processor}_{name}"], NumberStyles.None, CultureInfo.InvariantCulture, out var rows)
                ? rows
                : unset;
    }

    private sealed class ProducedSpans(ExportCount? count) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            if (data.Recorded)
            {
                count?.Produced();
            }
        }
    }

    /// <summary>
    /// An instance id that was given to the process is the one by which the receiver knows it: Aspire's dashboard finds a resource's
    /// telemetry so.
    /// </summary>
    private sealed class IdentityDetector(ServiceIdentity identity, string? given) : IResourceDetector
    {
        public Resource Detect() => new(
        [
            new("service.instance.id", given ?? identity.Instance),
            new("service.version", identity.Version),
            new("deployment.environment.name", identity.Environment),
            new("host.name", identity.Host),
        ]);
    }
}
