namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>The resource is healthy while an endpoint answers a GET with the status.</summary>
    /// <typeparam name="T">The resource's type.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="path">Path, by default <c>/</c>.</param>
    /// <param name="statusCode">Status, by default 200.</param>
    /// <param name="endpointName">The endpoint, by default the HTTP one.</param>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithHttpHealthCheck(() => new EndpointReference(builder.Resource, endpointName ?? DefaultHttpEndpoint(builder.Resource)), path, statusCode);
    }

    /// <summary>The resource is healthy while the chosen endpoint answers a GET with the status.</summary>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, Func<EndpointReference>? endpointSelector, string? path = null, int? statusCode = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        var selector = endpointSelector ?? (() => new EndpointReference(builder.Resource, DefaultHttpEndpoint(builder.Resource)));
        return builder.WithAnnotation(new HttpHealthCheckAnnotation(selector, path ?? "/", statusCode ?? 200));
    }

    private static string DefaultHttpEndpoint(IResourceWithEndpoints resource) =>
        resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(e => e.UriScheme is "http" or "https")?.Name ?? "http";
}

internal sealed record HttpHealthCheckAnnotation(Func<EndpointReference> Endpoint, string Path, int StatusCode) : IResourceAnnotation;
