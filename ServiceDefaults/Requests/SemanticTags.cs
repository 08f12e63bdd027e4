using Microsoft.AspNetCore.Http;

namespace OrionPlatform.ServiceDefaults;

/// <summary>The server span's attributes by OTel's HTTP conventions. The query string is never among them.</summary>
internal static class SemanticTags
{
    public static void Put(HttpContext context, LineScope scope)
    {
        var span = scope.Root;
        var request = context.Request;
        if (scope.Belt is not { ExportsOtlp: true })
        {
            // Method, route and status are columns of the canonical line, and the path goes there without a detour.
            scope.Path = request.Path.Value == scope.Route ? null : request.Path.Value;
            return;
        }

        span.SetTag("url.path", request.Path.Value);

        span.SetTag("http.request.method", scope.Method);
        span.SetTag("http.response.status_code", (long?)scope.StatusCode);
        span.SetTag("http.route", scope.Route);
        span.SetTag("url.scheme", request.Scheme);
        span.SetTag("server.address", request.Host.Host);
        span.SetTag("network.protocol.version", HttpProtocol.IsHttp2(request.Protocol) ? "2" : HttpProtocol.IsHttp3(request.Protocol) ? "3" : "1.1");
        span.SetTag("error.type", scope.ErrorType);
        span.SetTag("error_code", scope.ErrorCode);
        span.SetTag("correlation_id", scope.CorrelationId);
    }
}
