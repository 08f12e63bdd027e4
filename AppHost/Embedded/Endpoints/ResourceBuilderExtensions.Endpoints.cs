namespace Aspire.Hosting;

/// <summary>Says more about resources.</summary>
public static partial class ResourceBuilderExtensions
{
    /// <summary>Declares an HTTP endpoint.</summary>
    /// <typeparam name="T">The resource's type.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="port">Port others connect to; null for a free one.</param>
    /// <param name="targetPort">Port the process listens on; there is no proxy, so it must equal <paramref name="port"/> when both are given.</param>
    /// <param name="name">The endpoint's name, by default <c>http</c>.</param>
    /// <param name="env">Variable through which the process is told its port.</param>
    /// <param name="isProxied">False says that the process itself listens on <paramref name="port"/>, which it always does here.</param>
    /// <exception cref="DistributedApplicationException">The name is taken, a port is out of range, or the two ports differ.</exception>
    public static IResourceBuilder<T> WithHttpEndpoint<T>(this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? name = null, string? env = null, bool? isProxied = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        _ = isProxied;
        var endpoint = new EndpointAnnotation("http", name, port, targetPort) { PortVariable = env };
        CheckEndpoint(builder.Resource, endpoint);
        return builder.WithAnnotation(endpoint);
    }

    /// <summary>Marks the HTTP endpoints as meant for callers outside the application; their URLs are printed at start.</summary>
    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder) where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        foreach (var endpoint in builder.Resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.UriScheme is "http" or "https"))
        {
            endpoint.IsExternal = true;
        }

        return builder;
    }

    /// <summary>Refers to an endpoint by its name, declared already or later.</summary>
    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name) where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new EndpointReference(builder.Resource, name);
    }

    private static void CheckEndpoint(IResource resource, EndpointAnnotation endpoint)
    {
        if (resource.Annotations.OfType<EndpointAnnotation>().Any(e => string.Equals(e.Name, endpoint.Name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new DistributedApplicationException($"Resource '{resource.Name}' has two endpoints named '{endpoint.Name}'; give one of them another name.");
        }

        if (endpoint.Port is { } port and not (> 0 and <= 65535))
        {
            throw new DistributedApplicationException($"Port {port} of resource '{resource.Name}' is not between 1 and 65535; leave it out for a free one.");
        }

        if (endpoint.Port != endpoint.TargetPort)
        {
            throw new DistributedApplicationException(
                $"Endpoint '{endpoint.Name}' of resource '{resource.Name}' has port {endpoint.Port} and target port {endpoint.TargetPort}; the embedded engine has no proxy between them, so give only one.");
        }
    }
}
