using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Orion.Telemetry.Audit;
using OrionPlatform.ServiceDefaults;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service gets from one call; a line each, to be changed where a service of yours needs something else.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>
    /// Telemetry with Tracing, CorrelationId and Sanitize; heartbeats, lag monitor, health, error answers, resilience, service discovery.
    /// </summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.SetupOTel();

        // What this solution's own code measures; what a package brings (AddNpgsql, AddMeter("...")) is added here too.
        builder.Services.AddOpenTelemetry()
            .WithTracing(t => t.AddSource("OrionPlatform.*", "Npgsql"))
            .WithMetrics(m => m.AddMeter("OrionPlatform.*", "Npgsql"));
        builder.AddSlos(Slos.All);
        builder.AddHeartbeats();
        builder.AddHealth();
        builder.AddProblemAnswers();
        builder.AddOutgoingCalls();
        AuditMetadata.Allow(AuditKeys.All);

        // Room for the server to finish its requests and for the last flush, within the 6 s that Aspire grants before it kills.
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(5));
        return builder;
    }

    /// <summary>The first step of every service's pipeline.</summary>
    public static WebApplication UseServiceDefaults(this WebApplication app) => app.UseTracedEndpoints();

    /// <summary>Maps <c>/health</c> and <c>/alive</c>.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app) => app.MapHealth();
}
