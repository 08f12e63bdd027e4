using Microsoft.AspNetCore.Http;

namespace Orion.Telemetry.Requests;

/// <summary>What a request's path says before, or without, an endpoint.</summary>
internal static class Paths
{
    /// <summary>
    /// Probes, and everything the panel only reads (pages, assets, live streams): tracing the trace viewer would wake it forever.
    /// </summary>
    public static bool IsUntraced(HttpRequest request)
    {
        var path = request.Path;
        return path == "/health" || path == "/alive"
            || (path.StartsWithSegments("/admin/ops", StringComparison.OrdinalIgnoreCase)
                && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)));
    }

    public static string SurfaceOf(PathString path) =>
        path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase) ? "public"
        : path.StartsWithSegments("/node", StringComparison.OrdinalIgnoreCase) ? "node"
        : path.StartsWithSegments("/webhooks", StringComparison.OrdinalIgnoreCase) ? "webhook"
        : path.StartsWithSegments("/otlp", StringComparison.OrdinalIgnoreCase) ? "otlp"
        : path.StartsWithSegments("/admin/ops", StringComparison.OrdinalIgnoreCase) ? "ops"
        : "other";
}
