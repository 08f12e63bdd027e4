using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Orion.OpsPanel.Shell;

namespace Orion.OpsPanel.Access;

/// <summary>
/// Puts the panel's headers on every response under its path, refusals and 404s included; as a startup filter it runs before
/// authentication, whatever the order of the host's own pipeline.
/// </summary>
internal sealed class SecurityHeaders : IStartupFilter
{
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((http, following) =>
        {
            if (http.Request.Path.StartsWithSegments(PanelPath.Root, StringComparison.OrdinalIgnoreCase))
            {
                Set(http);

                // The exception handler clears what was set before it answers.
                http.Response.OnStarting(
                    static state =>
                    {
                        var http = (HttpContext)state;
                        if (http.Response.Headers.ContentSecurityPolicy.Count == 0)
                        {
                            Set(http);
                        }

                        return Task.CompletedTask;
                    },
                    http);
            }

            return following(http);
        });
        next(app);
    };

    private static void Set(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer"; // The login link carries its token in the URL; nothing may pass it on.
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "geolocation=(), camera=(), microphone=()";

        // Assets, which hold nothing secret, set their own. Antiforgery demands no-cache too and would warn that it has to add it.
        headers.CacheControl = "no-cache, no-store";
        if (http.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=63072000";
        }
    }
}
