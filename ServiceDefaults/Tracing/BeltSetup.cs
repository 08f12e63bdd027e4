using System.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.FeatureManagement;
using OrionPlatform.Sink;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Registers the belt: gate, sink, rings, tracing, heartbeats, lag monitor.</summary>
internal static class BeltSetup
{
    public static void AddBelt(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        var serviceName = ServiceIdentity.NameFrom(builder.Configuration, builder.Environment);
        services.AddCapability<TracingOptions>(TracingOptions.Section);
        services.AddCapability<LogOptions>(LogOptions.Section);
        services.AddCapability<SanitizeOptions>(SanitizeOptions.Section, SanitizeOptions.Problem);
        services.AddCapability<HeartbeatOptions>(HeartbeatOptions.Section);
        services.AddCapability<LagOptions>(LagOptions.Section);
        services.AddCapability<SloOptions>(SloOptions.Section, SloOptions.Problem);
        services.TryAddSingleton<Sanitizer>();
        services.TryAddSingleton<Gate>();
        services.TryAddSingleton<TraceRing>();
        services.TryAddSingleton<LogRing>();
        services.AddSink(builder.Configuration, builder.Environment, serviceName);
        services.TryAddSingleton<KeepDecision>();
        services.TryAddSingleton<LineEnrichers>();
        services.TryAddSingleton<TagLint>();
        services.AddFeatureManagement().AddSessionManager<FlagExposure>();
        services.TryAddSingleton<ProblemWriter>();
        services.TryAddSingleton(sp => new Belt(
            sp.GetRequiredService<ServiceIdentity>(), sp.GetRequiredService<TelemetryOutlet>(), sp.GetRequiredService<KeepDecision>(),
            sp.GetRequiredService<Sanitizer>(), sp.GetRequiredService<TraceRing>(), sp.GetRequiredService<IOptions<TracingOptions>>())
        {
            ExportsOtlp = OtlpSetup.ExportsTraces(builder.Configuration),
            Enrichers = sp.GetRequiredService<LineEnrichers>(),
            Lint = builder.Environment.IsDevelopment() ? sp.GetRequiredService<TagLint>() : null,
        });
        services.TryAddSingleton<LagReport>();
        services.TryAddSingleton<StallReporter>();
        services.TryAddSingleton<LagMonitor>();
        services.TryAddSingleton(sp => new HeartbeatSource(
            sp.GetRequiredService<ServiceIdentity>(), sp.GetRequiredService<LagMonitor>(), sp.GetRequiredService<TimeProvider>(),
            sp.GetRequiredService<IOptions<HeartbeatOptions>>()));

        // Hosting takes the propagator from here, HttpClient the process's current one.
        DistributedContextPropagator.Current = new TraceContextPropagator();
        services.Replace(ServiceDescriptor.Singleton(DistributedContextPropagator.Current));
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, TracingStartupFilter>());
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, BeltLifetime>());
    }

    private static void AddSink(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment, string serviceName)
    {
        var environmentName = environment.EnvironmentName.ToLowerInvariant();
        if (TelemetryFolder.Of(configuration) is not { } folder)
        {
            var instance = ServiceIdentity.InstanceIdFrom(configuration) is { } id && id != serviceName ? $"{serviceName}-{id}" : serviceName;
            services.TryAddSingleton(_ => new ServiceIdentity(serviceName, instance, environmentName));
            services.TryAddSingleton(sp => new TelemetryOutlet(sp.GetRequiredService<Gate>(), null));
            return;
        }

        services.AddOptions<TelemetrySinkOptions>().BindConfiguration("Orion:Sink")
            .Configure<IOptions<SloOptions>, IServiceProvider>((o, slos, sp) =>
            {
                (o.Directory, o.Slos) = (folder, [.. slos.Value.All.Select(s => s.Rule)]);
                o.RollupsChecked = check => RollupNotice.Tell(sp.GetRequiredService<ILoggerFactory>().CreateLogger("OrionPlatform.Sink.Rollups"), check);
            });
        services.TryAddSingleton(_ => InstanceClaim.Take(folder, serviceName));
        services.TryAddSingleton(sp => new ServiceIdentity(serviceName, sp.GetRequiredService<InstanceClaim>().Name, environmentName));
        services.TryAddSingleton(sp =>
        {
            var options = sp.GetRequiredService<IOptions<TelemetrySinkOptions>>().Value;
            options.Process = sp.GetRequiredService<ServiceIdentity>().Instance;
            return new TelemetrySink(options, sp.GetRequiredService<Gate>(), sp.GetRequiredService<TimeProvider>());
        });
        services.TryAddSingleton(sp => new TelemetryReader(folder, sp.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(sp => new TelemetryOutlet(sp.GetRequiredService<Gate>(), sp.GetRequiredService<TelemetrySink>()));
    }

    public static void AddBeltLogging(this IHostApplicationBuilder builder)
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
        services.TryAddSingleton(sp => new LogPipeline(
            new Lazy<TelemetryOutlet>(sp.GetRequiredService<TelemetryOutlet>), sp.GetRequiredService<LogRing>(), sp.GetRequiredService<Sanitizer>(), serviceName,
            sp.GetRequiredService<TimeProvider>(), sp.GetRequiredService<IOptions<LogOptions>>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILoggerProvider, RingLoggerProvider>());
    }
}
