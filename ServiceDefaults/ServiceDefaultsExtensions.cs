using Microsoft.AspNetCore.Builder;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service gets from one call.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Telemetry (SetupOTel), Tracing, CorrelationId, Sanitize, canonical lines, logs, heartbeats, lag monitor, health checks, HTTP client defaults.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder => builder;

    /// <summary>The request pipeline's first middlewares: Tracing, CorrelationId, canonical line, problem details for unhandled exceptions.</summary>
    public static WebApplication UseServiceDefaults(this WebApplication app) => app;

    /// <summary>Maps <c>/health</c> and <c>/alive</c>: the status for everyone, details only for authorised callers.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app) => app;
}
