namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Hands over a connection string as <c>ConnectionStrings__name</c>.</summary>
    /// <typeparam name="TDestination">The resource's type.</typeparam>
    /// <param name="builder">The resource that needs it.</param>
    /// <param name="source">The connection string.</param>
    /// <param name="connectionName">Name under which the resource looks for it, by default the source's.</param>
    /// <param name="optional">Whether it may be missing.</param>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source, string? connectionName = null, bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        var connection = source.Resource;
        var name = connectionName ?? connection.Name;
        return builder.Uses(connection).WithEnvironment(async context =>
        {
            var value = await ConnectionStringAsync(connection, optional, context.CancellationToken);
            if (string.IsNullOrEmpty(value))
            {
                return;
            }

            context.EnvironmentVariables[connection.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{name}"] = value;
            foreach (var (property, expression) in connection.GetConnectionProperties())
            {
                context.EnvironmentVariables[$"{ServiceReference.Encoded(name)}_{property.ToUpperInvariant()}"] = expression;
            }
        });
    }

    /// <summary>Tells the resource where another listens: <c>services__name__http__0</c> and <c>NAME_HTTP</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);
        return builder.WithReference(source, source.Resource.Name);
    }

    /// <summary>Tells the resource where another listens, under another name.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source, string name)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);
        builder.Reference(source.Resource, name).AllEndpoints = true;
        return builder;
    }

    /// <summary>Tells the resource where one endpoint of another listens.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(endpointReference);
        builder.Reference(endpointReference.Resource, endpointReference.Resource.Name).Endpoints.Add(endpointReference.EndpointName);
        return builder;
    }

    /// <summary>Tells the resource the address of a service outside the application.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<ExternalServiceResource> externalService)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(externalService);
        var service = externalService.Resource;
        return builder.WithEnvironment(async context =>
        {
            var url = await service.Url.GetValueAsync(context.CancellationToken);
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
            {
                throw new DistributedApplicationException($"The URL '{url}' of external service '{service.Name}' is not absolute; write for example https://host/.");
            }

            context.EnvironmentVariables[$"services__{service.Name}__{uri.Scheme}__0"] = uri.ToString();
            context.EnvironmentVariables[$"{ServiceReference.Encoded(service.Name)}_{uri.Scheme.ToUpperInvariant()}"] = uri.ToString();
        });
    }

    /// <summary>Tells the resource an address under a name: <c>services__name__default__0</c>.</summary>
    /// <exception cref="DistributedApplicationException">The address is relative, or has a path.</exception>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, string name, Uri uri)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(uri);
        return uri is { IsAbsoluteUri: true, AbsolutePath: "/" }
            ? builder.WithEnvironment($"services__{name}__default__0", uri.ToString())
            : throw new DistributedApplicationException($"The URL '{uri}' of reference '{name}' must be absolute and without a path, for example https://host/.");
    }

    internal static IResourceBuilder<T> Uses<T>(this IResourceBuilder<T> builder, IResource resource) where T : IResource => builder.WithAnnotation(new UsesAnnotation(resource));

    private static ServiceReference Reference<T>(this IResourceBuilder<T> builder, IResourceWithEndpoints source, string name) where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Resource.Annotations.OfType<ServiceReference>().FirstOrDefault(r => r.Source == source && r.Name == name) is { } earlier)
        {
            return earlier;
        }

        var reference = new ServiceReference(source, name);
        builder.Uses(source).WithAnnotation(reference).WithEnvironment(reference.Apply);
        return reference;
    }

    private static async ValueTask<string?> ConnectionStringAsync(IResourceWithConnectionString connection, bool optional, CancellationToken cancellationToken)
    {
        try
        {
            var value = await connection.GetConnectionStringAsync(cancellationToken);
            return !optional && string.IsNullOrEmpty(value) ? throw MissingParameterValueException.Of($"Connection string '{connection.Name}'", $"ConnectionStrings:{connection.Name}") : value;
        }
        catch (MissingParameterValueException) when (optional)
        {
            return null;
        }
    }
}
