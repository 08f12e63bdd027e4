using System.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.FeatureManagement;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orion.Sink;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.ServiceLevels;
using Orion.Telemetry.Audit;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Heartbeats;
using Orion.Telemetry.Identity;
using Orion.Telemetry.Lag;
using Orion.Telemetry.Logs;
using Orion.Telemetry.Metrics;
using Orion.Telemetry.Otlp;
using Orion.Telemetry.Propagation;
using Orion.Telemetry.Requests;
using Orion.Telemetry.Rollups;

namespace Orion.Telemetry.Tracing;

/// <summary>
/// SetupOTel: OpenTelemetry's own builder with the platform's processors and reader. Sources, meters, instrumentation and processors that
/// an application or a library adds in the usual ways go through them like the platform's own.
/// </summary>
internal static class TelemetrySetup
{
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        var (services, configuration) = (builder.Services, builder.Configuration);
        var serviceName = ServiceIdentity.NameFrom(configuration, builder.Environment);
        var accounts = new ExportAccounts();
        var otlp = new OtlpSetup(configuration, accounts);
        services.AddSingleton(accounts);
        services.AddParts(builder, serviceName, otlp);
        services.AddOpenTelemetry()
            .ConfigureResource(r => r
                .AddAttributes([new("service.name", serviceName)])
                .AddDetector(sp =>
                    new IdentityDetector(sp.GetRequiredService<ServiceIdentity>(), ServiceIdentity.InstanceIdFrom(configuration))))
            .WithTracing(t =>
            {
                t.AddSource(Spans.SourceName, "Orion.*", builder.Environment.ApplicationName).AddAspNetCoreInstrumentation()
                    .AddHttpClientInstrumentation();
                if (configuration["OTEL_TRACES_SAMPLER"] is not { Length: > 0 })
                {
                    // A caller that does not sample must not keep a request from being told of.
                    t.SetSampler(new AlwaysOnSampler());
                }

                t.ConfigureSampler((_, chosen) => new RecordingSampler(chosen));
            })
            .WithMetrics(m => MetricsSetup.Add(builder, m, otlp))
            .WithLogging(null, o => o.IncludeFormattedMessage = true);
        services.AddLast<TracerProvider>((sp, provider) =>
        {
            var pipeline = sp.GetRequiredService<TelemetryPipeline>();
            provider.AddProcessor(pipeline);
            if (sp.GetService<TelemetrySink>() is { } sink)
            {
                sink.Resource = OwnResource(provider, sp.GetRequiredService<Redactor>());
            }
            if (otlp.ExportsTraces)
            {
                provider.AddProcessor(new SpanExports(otlp.Spans(sp.GetRequiredService<WireRedactor>())));
            }
        });
        services.AddLast<LoggerProvider>((sp, provider) =>
        {
            provider.AddProcessor(new LogProcessor(
                new Lazy<TelemetryWriter>(sp.GetRequiredService<TelemetryWriter>), sp.GetRequiredService<Redactor>(),
                sp.GetRequiredService<LogScopes>(),
                serviceName, sp.GetRequiredService<TimeProvider>(), sp.GetRequiredService<IOptions<LogOptions>>())
            {
                Exports = otlp.ExportsLogs,
            });
            if (otlp.ExportsLogs)
            {
                provider.AddProcessor(new CompositeProcessor<LogRecord>(otlp.Logs(sp.GetRequiredService<WireRedactor>())));
            }
        });

        // Hosting takes the propagator from here, HttpClient the process's current one, and what is instrumented by hand OpenTelemetry's.
        DistributedContextPropagator.Current = new W3CPropagator();
        Sdk.SetDefaultTextMapPropagator(new TextMapW3CPropagator());
        services.Replace(ServiceDescriptor.Singleton(DistributedContextPropagator.Current));
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, TracingStartupFilter>());
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, TelemetryLifetime>());
    }

    /// <summary>
    /// Completes a provider when it is built: what the platform adds stands behind everything that an application adds, whenever it does,
    /// and so sees what the application's processors have written.
    /// </summary>
    private static void AddLast<T>(this IServiceCollection services, Action<IServiceProvider, T> add) where T : class
    {
        var build = services.Single(s => s.ServiceType == typeof(T)).ImplementationFactory!;
        services.Replace(ServiceDescriptor.Singleton(sp =>
        {
            var provider = (T)build(sp);
            add(sp, provider);
            return provider;
        }));
    }

    /// <summary>The process as the sink's rows refer to it: everything that OpenTelemetry's exporters would say of it.</summary>
    private static ResourceRow OwnResource(TracerProvider provider, Redactor redactor)
    {
        var resource =
            new ResourceRow([.. provider.GetResource().Attributes.Select(a => new KeyValuePair<string, object?>(a.Key, a.Value))]);
        redactor.Clean(resource);
        return resource;
    }

    private static void AddParts(this IServiceCollection services, IHostApplicationBuilder builder, string serviceName, OtlpSetup otlp)
    {
        services.AddOptions<TracingOptions>().BindConfiguration(TracingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<LogOptions>().BindConfiguration(LogOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<HeartbeatOptions>().BindConfiguration(HeartbeatOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<LagOptions>().BindConfiguration(LagOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<MetricsOptions>().BindConfiguration(MetricsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SloOptions>().BindConfiguration(SloOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddRedaction();
        services.TryAddSingleton<WireRedactor>();
        services.TryAddSingleton<TraceRing>();
        services.TryAddSingleton<LogRing>();
        services.AddSink(builder.Configuration, builder.Environment, serviceName);
        services.TryAddSingleton(sp => new TelemetryWriter(
            sp.GetRequiredService<Redactor>(), sp.GetRequiredService<TraceRing>(), sp.GetRequiredService<LogRing>(),
            sp.GetService<TelemetrySink>()));
        services.TryAddSingleton<KeepDecision>();
        services.TryAddSingleton<LineEnrichers>();
        services.TryAddSingleton<TagLint>();
        services.AddFeatureManagement().AddSessionManager<FlagExposure>();
        services.TryAddSingleton(sp => new TelemetryPipeline(
            sp.GetRequiredService<ServiceIdentity>(), sp.GetRequiredService<TelemetryWriter>(), sp.GetRequiredService<KeepDecision>(),
            sp.GetRequiredService<Redactor>(), sp.GetRequiredService<IOptions<TracingOptions>>())
        {
            Exports = otlp.ExportsTraces,
            Enrichers = sp.GetRequiredService<LineEnrichers>(),
            Lint = builder.Environment.IsDevelopment() ? sp.GetRequiredService<TagLint>() : null,
        });
        services.TryAddSingleton<LagReport>();
        services.TryAddSingleton<StallReporter>();
        services.TryAddSingleton<LagMonitor>();
        services.TryAddSingleton(sp => new HeartbeatSource(
            sp.GetRequiredService<ServiceIdentity>(), sp.GetRequiredService<LagMonitor>(), sp.GetRequiredService<TimeProvider>(),
            sp.GetRequiredService<IOptions<HeartbeatOptions>>()));
    }

    private static void AddSink(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment,
        string serviceName)
    {
        var environmentName = environment.EnvironmentName.ToLowerInvariant();
        if (TelemetryFolder.Of(configuration) is not { } folder)
        {
            var instance =
                ServiceIdentity.InstanceIdFrom(configuration) is { } id && id != serviceName ? $"{serviceName}-{id}" : serviceName;
            services.TryAddSingleton(_ => new ServiceIdentity(serviceName, instance, environmentName));
            return;
        }

        services.AddOptions<TelemetrySinkOptions>().BindConfiguration(TelemetrySinkOptions.Section)
            .Configure<IOptions<SloOptions>, IServiceProvider>((o, slos, sp) =>
            {
                (o.Directory, o.Process) = (folder, sp.GetRequiredService<ServiceIdentity>().Instance);
                o.Slos = [.. slos.Value.All.Select(s => s.Rule)];
                o.RollupsChecked = check =>
                    RollupNotice.Tell(sp.GetRequiredService<ILoggerFactory>().CreateLogger("Orion.Sink.Rollups"), check);
            })
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddSingleton(_ => InstanceClaim.Take(folder, serviceName));
        services.TryAddSingleton(sp => new ServiceIdentity(serviceName, sp.GetRequiredService<InstanceClaim>().Name, environmentName));
        services.TryAddSingleton(sp =>
            new TelemetrySink(sp.GetRequiredService<IOptions<TelemetrySinkOptions>>().Value, sp.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(sp => new TelemetryReader(folder, sp.GetRequiredService<TimeProvider>()));
    }

    public static void AddConsoleLogging(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        var serviceName = ServiceIdentity.NameFrom(builder.Configuration, builder.Environment);
        var format = builder.Environment.IsDevelopment() ? PrettyConsoleFormatter.FormatName : JsonLineConsoleFormatter.FormatName;

        // Hosting's own request log has the whole URL in it, query string included; the canonical line says the same without.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        foreach (var quiet in new[] { "Microsoft.AspNetCore", "System.Net.Http" })
        {
            if (builder.Configuration[$"Logging:LogLevel:{quiet}"] is null)
            {
                builder.Logging.AddFilter(quiet, LogLevel.Warning);
            }
        }

        builder.Logging.AddConsoleFormatter<PrettyConsoleFormatter, Microsoft.Extensions.Logging.Console.ConsoleFormatterOptions>();
        builder.Logging.AddConsoleFormatter<JsonLineConsoleFormatter, Microsoft.Extensions.Logging.Console.ConsoleFormatterOptions>();
        services.PostConfigure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.FormatterName = format);
        services.TryAddSingleton<IExternalScopeProvider, FlowScopeProvider>();
        services.TryAddSingleton<LogScopes>();
        services.AddSingleton<IPostConfigureOptions<OpenTelemetryLoggerOptions>>(sp => sp.GetRequiredService<LogScopes>());
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
