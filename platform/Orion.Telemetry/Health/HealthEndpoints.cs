using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Health;

/// <summary><c>/health</c> (ready: every check) and <c>/alive</c> (the checks tagged <c>live</c>), in every environment.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        Map(app, "/health", _ => true);
        Map(app, "/alive", check => check.Tags.Contains("live"));
    }

    private static void Map(IEndpointRouteBuilder app, string path, Func<HealthCheckRegistration, bool> which) =>
        app.MapHealthChecks(path, new HealthCheckOptions { Predicate = which, ResponseWriter = WriteAsync })
            .WithMetadata(new UntracedAttribute())
            .AllowAnonymous();

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        var key = context.RequestServices.GetRequiredService<IOptions<HealthOptions>>().Value.Key;
        if (!IsAuthorised(context.Request, key))
        {
            context.Response.ContentType = "text/plain";
            return context.Response.WriteAsync(report.Status.ToString(), context.RequestAborted);
        }

        var details = new
        {
            status = report.Status.ToString(),
            checks = report.Entries.ToDictionary(
                e => e.Key,
                e => new
                {
                    status = e.Value.Status.ToString(),
                    description = e.Value.Description,
                    milliseconds = e.Value.Duration.TotalMilliseconds,
                }),
        };
        return context.Response.WriteAsJsonAsync(details, JsonSerializerOptions.Web, context.RequestAborted);
    }

    /// <summary>Compares digests, so that the time it takes says nothing about the key, not even its length.</summary>
    private static bool IsAuthorised(HttpRequest request, string? key)
    {
        const string Scheme = "Bearer ";
        var given = request.Headers.Authorization.ToString();
        return key is { Length: > 0 } && given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Digest(given[Scheme.Length..]), Digest(key));
    }

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
