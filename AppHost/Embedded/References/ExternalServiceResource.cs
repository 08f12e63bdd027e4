namespace Aspire.Hosting;

/// <summary>A service outside the application, known by its URL.</summary>
public sealed class ExternalServiceResource : Resource
{
    /// <summary>A service at a known address.</summary>
    /// <exception cref="DistributedApplicationException">The address is relative.</exception>
    public ExternalServiceResource(string name, Uri uri) : base(name)
    {
        ArgumentNullException.ThrowIfNull(uri);
        Uri = uri.IsAbsoluteUri ? uri : throw new DistributedApplicationException($"The URL '{uri}' of external service '{name}' is not absolute; write for example https://host/.");
        Url = ReferenceExpression.Create($"{uri.ToString()}");
    }

    /// <summary>A service whose address is a parameter.</summary>
    public ExternalServiceResource(string name, ParameterResource urlParameter) : base(name)
    {
        UrlParameter = urlParameter ?? throw new ArgumentNullException(nameof(urlParameter));
        Url = ReferenceExpression.Create($"{urlParameter}");
    }

    /// <summary>Its address, unless a parameter gives it.</summary>
    public Uri? Uri { get; }

    /// <summary>The parameter that gives its address.</summary>
    public ParameterResource? UrlParameter { get; }

    internal ReferenceExpression Url { get; }
}

/// <summary>Adds services outside the application.</summary>
public static class ExternalServiceBuilderExtensions
{
    /// <summary>A service at a known address.</summary>
    public static IResourceBuilder<ExternalServiceResource> AddExternalService(this IDistributedApplicationBuilder builder, string name, string url) =>
        builder.AddExternalService(name, new Uri(url, UriKind.RelativeOrAbsolute));

    /// <summary>A service at a known address.</summary>
    public static IResourceBuilder<ExternalServiceResource> AddExternalService(this IDistributedApplicationBuilder builder, string name, Uri uri)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ExternalServiceResource(name, uri));
    }

    /// <summary>A service whose address is a parameter.</summary>
    public static IResourceBuilder<ExternalServiceResource> AddExternalService(this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource> urlParameter)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(urlParameter);
        return builder.AddResource(new ExternalServiceResource(name, urlParameter.Resource));
    }
}
