namespace OrionPlatform.Api;

/// <summary>How much of a request the server takes, and what every answer says about itself.</summary>
internal static class RequestLimits
{
    /// <summary>Largest body of the public API. Endpoints that take more say so themselves.</summary>
    public const int PublicBodyBytes = 64 * 1024;

    /// <summary>Largest body of the node API: a heartbeat lists every workload of its node.</summary>
    public const int NodeBodyBytes = 1024 * 1024;

    internal static void AddRequestLimits(this WebApplicationBuilder builder) => builder.WebHost.ConfigureKestrel(server =>
    {
        server.AddServerHeader = false;
        server.Limits.MaxRequestBodySize = PublicBodyBytes;
        server.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
    });

    /// <summary>Answers are never cached unless their endpoint says otherwise, and never sniffed.</summary>
    internal static void UseAnswerHeaders(this WebApplication app) => app.Use((http, next) =>
    {
        http.Response.OnStarting(static state =>
        {
            var headers = ((HttpContext)state).Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.CacheControl = headers.CacheControl.Count == 0 ? "no-store" : headers.CacheControl;
            return Task.CompletedTask;
        }, http);
        return next(http);
    });
}
