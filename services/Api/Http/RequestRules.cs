using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;
using Orion.Store.Idempotency;

namespace OrionPlatform.Api;

/// <summary>How much of a request the server takes, in which form, and what every answer says about itself.</summary>
internal static class RequestRules
{
    /// <summary>Largest body of the public API. Endpoints that take more say so themselves.</summary>
    public const int PublicBodyBytes = 64 * 1024;

    internal static void AddRequestRules(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = PublicBodyBytes;
            server.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        });
        builder.Services.AddValidation();
        builder.Services.Configure<ProblemOptions>(o => o
            .Map<StoreBusyException>(ErrorCatalogue.StoreBusy, TimeSpan.FromSeconds(1))
            .Map<StoreFailedException>(ErrorCatalogue.StoreFailed, TimeSpan.FromSeconds(1))
            .Map<StoreOutcomeUnknownException>(ErrorCatalogue.StoreOutcomeUnknown, TimeSpan.FromSeconds(5))
            .Map<IdempotencyKeyReusedException>(ErrorCatalogue.IdempotencyKeyReused));
    }

    /// <summary>Answers are never cached unless their endpoint says otherwise, and never sniffed; bodies are plain JSON in UTF-8.</summary>
    internal static void UseRequestRules(this WebApplication app) => app.Use((http, next) =>
    {
        http.Response.OnStarting(static state =>
        {
            var headers = ((HttpContext)state).Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.CacheControl = headers.CacheControl.Count == 0 ? "no-store" : headers.CacheControl;
            return Task.CompletedTask;
        }, http);
        RefuseOtherForms(http);
        return next(http);
    });

    // The framework would read other charsets, and take what is compressed for broken JSON.
    private static void RefuseOtherForms(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>() is null)
        {
            return;
        }

        if (http.Request.Headers.ContentEncoding.Count > 0)
        {
            throw new ProblemException(ErrorCatalogue.UnsupportedMediaType, "The body must not be compressed.");
        }

        if (MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) && type.Charset.HasValue
            && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(ErrorCatalogue.UnsupportedMediaType, "The body must be application/json in UTF-8.");
        }
    }
}

/// <summary>Endpoint metadata: the largest body it takes, held by the server.</summary>
internal sealed class BodyLimit(long bytes) : IRequestSizeLimitMetadata
{
    public long? MaxRequestBodySize { get; } = bytes;
}
