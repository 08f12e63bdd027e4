using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrionPlatform.ServiceDefaults;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service gets from one call.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Telemetry (SetupOTel), Tracing, CorrelationId, Sanitize, canonical lines, logs, heartbeats, lag monitor, health checks, HTTP client defaults.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.ConfigureOpenTelemetry();
        builder.AddDefaultHealthChecks();
        builder.AddProblemDefaults();
        builder.AddHttpClientDefaults();
        builder.Services.AddHostedService<HeartbeatLoop>();

        // Room for the server to finish its requests and for the last flush, within the 6 s that Aspire grants before it kills.
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(5));
        return builder;
    }

    /// <summary>SetupOTel: traces, canonical lines, logs and metrics into rings and sink, and over OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
    public static TBuilder ConfigureOpenTelemetry<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.AddTelemetry();
        builder.AddConsoleLogging();
        if (TelemetryFolder.Of(builder.Configuration) is not null)
        {
            builder.Services.AddAuditEntries().TryAddSingleton<AuditTrail>();
        }

        return builder;
    }

    /// <summary>The check that the process answers at all, tagged <c>live</c>.</summary>
    public static TBuilder AddDefaultHealthChecks<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddCapability<HealthOptions>(HealthOptions.Section, HealthOptions.Problem);
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);
        return builder;
    }

    /// <summary>
    /// The application pipeline's first step: untraced endpoints. (Tracing, CorrelationId and problem details for exceptions come before it by
    /// themselves.)
    /// </summary>
    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        if (app.Environment.IsDevelopment())
        {
            // The developer exception page stands before this, and would answer first.
            app.UseExceptionHandler();
        }

        app.UseMiddleware<EndpointMiddleware>();
        return app;
    }

    /// <summary>Maps <c>/health</c> and <c>/alive</c>: the status for everyone, details only for authorised callers.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        HealthEndpoints.Map(app);
        return app;
    }

    private static void AddProblemDefaults(this IHostApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(o => o.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow);
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        builder.Services.AddProblemDetails(o => o.CustomizeProblemDetails = Problems.Complete);
        builder.Services.AddExceptionHandler<CorrelationKeeper>();
        builder.Services.Configure<ExceptionHandlerOptions>(o =>
        {
            // Comes after every IExceptionHandler, also after those that a service adds later.
            o.ExceptionHandler = ExceptionErrors.AnswerAsync;

            // A refusal is the caller's mistake: it is no error of the service's, and has its line.
            o.SuppressDiagnosticsCallback = static c => c.HttpContext.Response.StatusCode < StatusCodes.Status500InternalServerError;
        });
    }

    private static void AddHttpClientDefaults(this IHostApplicationBuilder builder)
    {
        builder.Services.AddCapability<OutgoingOptions>(OutgoingOptions.Section, OutgoingOptions.Problem);
        builder.Services.AddSingleton<IConfigureOptions<OutgoingOptions>>(sp => new ClientSections(sp.GetRequiredService<IConfiguration>()));
        builder.Services.TryAddSingleton<Breakers>();
        builder.Services.AddSingleton<IHttpMessageHandlerBuilderFilter, OutgoingFilter>();
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.RemoveAllLoggers();
            http.AddResilienceHandler(OutgoingPipeline.Name, OutgoingPipeline.Build).SelectPipelineBy(static _ => OutgoingHandler.CircuitOf);
            http.AddServiceDiscovery();
        });

        // Below this there is a record for each attempt of each call.
        if (builder.Configuration["Logging:LogLevel:Polly"] is null)
        {
            builder.Logging.AddFilter("Polly", LogLevel.Warning);
        }
    }

    /// <summary>One client's own settings over those of all clients.</summary>
    private sealed class ClientSections(IConfiguration configuration) : IConfigureNamedOptions<OutgoingOptions>
    {
        public void Configure(OutgoingOptions options)
        {
        }

        public void Configure(string? name, OutgoingOptions options)
        {
            if (!string.IsNullOrEmpty(name))
            {
                configuration.GetSection(OutgoingOptions.Section).Bind(options);
                configuration.GetSection($"{OutgoingOptions.Section}:Clients:{name}").Bind(options);
            }
        }
    }
}
