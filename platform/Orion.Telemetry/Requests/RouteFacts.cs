using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Requests;

/// <summary>What telemetry needs to know of an endpoint, found out once.</summary>
internal sealed class RouteFacts
{
    // Entries live as long as their endpoints.
    private static readonly ConditionalWeakTable<Endpoint, RouteFacts> s_known = [];

    private static readonly RouteFacts s_unmatched = new("(unmatched)", null, untraced: false);

    private readonly string[] _names;

    private RouteFacts(string route, string? surface, bool untraced)
    {
        Route = route;
        Surface = surface;
        Untraced = untraced;
        _names = [.. HttpMethodNames.Known.Select(m => $"{m} {route}")];
    }

    /// <summary>The template with a leading slash; a fixed label when nothing matched, never the path.</summary>
    public string Route { get; }

    /// <summary>What the endpoint says, or its template; null when only the path can tell.</summary>
    public string? Surface { get; }

    public bool Untraced { get; }

    public string SpanName(int method) => method < 0 ? "HTTP" : this == s_unmatched ? HttpMethodNames.Known[method] : _names[method];

    // The exception handler takes the endpoint away, and says which it was.
    public static RouteFacts Of(HttpContext context) =>
        (context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint) is not { } endpoint
            ? s_unmatched
            : s_known.GetValue(endpoint, static e => Make(e));

    private static RouteFacts Make(Endpoint endpoint)
    {
        // A group's own endpoint ends in a slash that callers do not write.
        var template = (endpoint as RouteEndpoint)?.RoutePattern.RawText?.Trim('/');
        var route = template is null ? "(unmatched)" : "/" + template;
        var untraced = endpoint.Metadata.GetMetadata<UntracedAttribute>() is not null;
        var surface = endpoint.Metadata.GetMetadata<SurfaceAttribute>()?.Surface;
        return new(route, surface ?? (template is null ? null : Paths.SurfaceOf(route)), untraced);
    }
}

/// <summary>The methods that may appear in telemetry as they are; any other is <c>_OTHER</c> (OTel HTTP conventions).</summary>
internal static class HttpMethodNames
{
    public const string Other = "_OTHER";

    public static readonly string[] Known = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT"];

    public static int IndexOf(string method) => Array.IndexOf(Known, method);
}
