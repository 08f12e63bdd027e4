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
using Orion.Sink.ServiceLevels;
using Orion.Telemetry;
using Orion.Telemetry.Audit;
using Orion.Telemetry.Errors;
using Orion.Telemetry.Health;
using Orion.Telemetry.Heartbeats;
using Orion.Telemetry.Identity;
using Orion.Telemetry.Outgoing;
using Orion.Telemetry.Requests;
using Orion.Telemetry.Tracing;

namespace Microsoft.Extensions.Hosting;

/// <summary>The capabilities of Orion.Telemetry, each one call; a service's defaults are made of them.</summary>
public static class TelemetryExtensions
{
    // Objects and arrays that may lie within each other in a body.
    private const int MaxJsonDepth = 32;

    /// <summary>
    /// Traces, canonical lines, logs and metrics on OpenTelemetry's own builder, with CorrelationId, redaction and the lag monitor, into
    /// rings and sink, and over OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.
    /// </summary>
    public static TBuilder SetupOTel<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddTelemetry();
        builder.AddConsoleLogging();
        if (TelemetryFolder.Of(builder.Configuration) is not null)
        {
            builder.Services.AddAuditEntries().TryAddSingleton<AuditTrail>();
        }

        return builder;
    }

    /// <summary>The service level objectives that the sink counts, and that panel and alerts judge by.</summary>
    public static TBuilder AddSlos<TBuilder>(this TBuilder builder, IEnumerable<Slo> slos) where TBuilder : IHostApplicationBuilder
    {
        builder.Services.Configure<SloOptions>(o => o.Define(slos));
        return builder;
    }

    /// <summary>A heartbeat of the process every few seconds, by which others see that it lives. Needs <see cref="SetupOTel"/>.</summary>
    public static TBuilder AddHeartbeats<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddHostedService<HeartbeatLoop>();
        return builder;
    }

    /// <summary>
    /// The check that the process answers at all, tagged <c>live</c>; <see cref="MapHealth"/> serves it. A process that ends because a
    /// background service failed has exit code 1.
    /// </summary>
    public static TBuilder AddHealth<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOptions<HealthOptions>().BindConfiguration(HealthOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);
        builder.Services.AddHostedService<FailureExitCode>();
        return builder;
    }

    /// <summary>Maps <c>/health</c> and <c>/alive</c>: the status for everyone, details only for authorised callers.</summary>
    public static WebApplication MapHealth(this WebApplication app)
    {
        HealthEndpoints.Map(app);
        return app;
    }

    /// <summary>
    /// The application pipeline's first step: untraced endpoints. (Tracing, CorrelationId and problem details for exceptions come before it
    /// by themselves.)
    /// </summary>
    public static WebApplication UseTracedEndpoints(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.Environment.IsDevelopment())
        {
            // The developer exception page stands before this, and would answer first.
            app.UseExceptionHandler();
        }

        app.UseMiddleware<EndpointMiddleware>();
        return app;
    }

    /// <summary>
    /// Every error is answered as a problem document with a stable <c>error_code</c> and the trace id. Bodies are bound strictly: unknown,
    /// repeated and missing members and nulls where there may be none are refused by name.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="configure">Says which refusals the exceptions of other libraries are.</param>
    public static TBuilder AddProblemAnswers<TBuilder>(this TBuilder builder, Action<ProblemOptions>? configure = null)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.Configure(configure ?? (_ => { }));
        builder.Services.ConfigureHttpJsonOptions(o =>
        {
            var json = o.SerializerOptions;
            json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.AllowDuplicateProperties = false;
            json.PropertyNameCaseInsensitive = false;
            json.NumberHandling = JsonNumberHandling.Strict;
            json.RespectNullableAnnotations = true;
            json.RespectRequiredConstructorParameters = true;
            json.MaxDepth = MaxJsonDepth;
        });
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        builder.Services.AddProblemDetails(o => o.CustomizeProblemDetails = Problems.Complete);
        builder.Services.AddExceptionHandler<ProblemExceptionHandler>();
        builder.Services.Configure<ExceptionHandlerOptions>(o =>
        {
            // Comes after every IExceptionHandler, also after those that a service adds later.
            o.ExceptionHandler = ProblemExceptionHandler.AnswerUnknownAsync;

            // A refusal is the caller's mistake: it is no error of the service's, and has its line.
            o.SuppressDiagnosticsCallback = static c => c.HttpContext.Response.StatusCode < StatusCodes.Status500InternalServerError;
        });
        return builder;
    }

    /// <summary>
    /// Outgoing HTTP calls: timeouts, retries where they are safe, circuit breakers that Health shows, service discovery.
    /// </summary>
    public static TBuilder AddOutgoingCalls<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOptions<OutgoingOptions>().BindConfiguration(OutgoingOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<IConfigureOptions<OutgoingOptions>>(sp =>
            new ClientSections(sp.GetRequiredService<IConfiguration>()));
        builder.Services.AddSingleton<IValidateOptions<OutgoingOptions>, ClientValidation>();
        builder.Services.TryAddSingleton<Breakers>();
        builder.Services.AddSingleton<IHttpMessageHandlerBuilderFilter, OutgoingFilter>();
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.RemoveAllLoggers();
            http.AddResilienceHandler(OutgoingPipeline.Name, OutgoingPipeline.Build)
                .SelectPipelineBy(static _ => OutgoingHandler.CircuitOf);
            http.AddServiceDiscovery();
        });

        // Below this there is a record for each attempt of each call.
        if (builder.Configuration["Logging:LogLevel:Polly"] is null)
        {
            builder.Logging.AddFilter("Polly", LogLevel.Warning);
        }

        return builder;
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

    /// <summary>The same rules for each client's own settings, told with the client's section.</summary>
    private sealed class ClientValidation : IValidateOptions<OutgoingOptions>
    {
        public ValidateOptionsResult Validate(string? name, OutgoingOptions options)
        {
            if (string.IsNullOrEmpty(name))
            {
                return ValidateOptionsResult.Skip;
            }

            var result = new DataAnnotationValidateOptions<OutgoingOptions>(name).Validate(name, options);
            return !result.Failed ? result : ValidateOptionsResult.Fail(result.Failures.Select(f =>
                f.Replace($"{OutgoingOptions.Section}:", $"{OutgoingOptions.Section}:Clients:{name}:", StringComparison.Ordinal)));
        }
    }
}
