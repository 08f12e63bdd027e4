namespace Aspire.Hosting.ApplicationModel;

/// <summary>One property of an endpoint.</summary>
public enum EndpointProperty
{
    /// <summary>For example <c>http://localhost:5080</c>.</summary>
    Url,

    /// <summary>Host name.</summary>
    Host,

    /// <summary>Host as an IPv4 address.</summary>
    IPV4Host,

    /// <summary>Port.</summary>
    Port,

    /// <summary>Scheme.</summary>
    Scheme,

    /// <summary>Port the process listens on.</summary>
    TargetPort,

    /// <summary>For example <c>localhost:5080</c>.</summary>
    HostAndPort,

    /// <summary><c>True</c> or <c>False</c>.</summary>
    TlsEnabled,
}

/// <summary>Refers to an endpoint by its name; its value is the URL (of the first replica).</summary>
/// <param name="owner">The resource.</param>
/// <param name="endpointName">The endpoint's name.</param>
public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName) : IExpressionValue, IValueWithReferences
{
    internal const string LocalHost = "localhost";

    /// <summary>Refers to a declared endpoint.</summary>
    public EndpointReference(IResourceWithEndpoints owner, EndpointAnnotation endpoint) : this(owner, (endpoint ?? throw new ArgumentNullException(nameof(endpoint))).Name)
    {
    }

    /// <summary>The resource.</summary>
    public IResourceWithEndpoints Resource { get; } = owner ?? throw new ArgumentNullException(nameof(owner));

    /// <summary>The endpoint's name.</summary>
    public string EndpointName { get; } = endpointName ?? throw new ArgumentNullException(nameof(endpointName));

    /// <summary>The endpoint.</summary>
    /// <exception cref="DistributedApplicationException">The resource does not declare it.</exception>
    public EndpointAnnotation EndpointAnnotation => Declared
        ?? throw new DistributedApplicationException($"Resource '{Resource.Name}' has no endpoint named '{EndpointName}'; declare it with WithHttpEndpoint(name: \"{EndpointName}\").");

    /// <summary>Whether the resource declares it.</summary>
    public bool Exists => Declared is not null;

    /// <summary>Whether its port is known.</summary>
    public bool IsAllocated => Declared is { Allocated.Count: > 0 };

    /// <summary>Whether it speaks HTTP without TLS.</summary>
    public bool IsHttp => string.Equals(Scheme, "http", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it speaks HTTP with TLS.</summary>
    public bool IsHttps => string.Equals(Scheme, "https", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether its name is no more than a scheme: <c>http</c> or <c>https</c>.</summary>
    public bool IsHttpSchemeNamedEndpoint => string.Equals(EndpointName, "http", StringComparison.OrdinalIgnoreCase) || string.Equals(EndpointName, "https", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is encrypted.</summary>
    public bool TlsEnabled => IsHttps;

    /// <summary>Scheme of its URL.</summary>
    public string Scheme => EndpointAnnotation.UriScheme;

    /// <summary>Host name.</summary>
    public string Host => LocalHost;

    /// <summary>Port others connect to.</summary>
    /// <exception cref="DistributedApplicationException">The application has not started.</exception>
    public int Port => PortOf(replica: 0);

    /// <summary>Port the process listens on; null until the application starts when none was chosen.</summary>
    public int? TargetPort => IsAllocated ? Port : EndpointAnnotation.TargetPort;

    /// <summary>For example <c>http://localhost:5080</c>.</summary>
    /// <exception cref="DistributedApplicationException">The application has not started.</exception>
    public string Url => UrlOf(replica: 0);

    string IManifestExpressionProvider.ValueExpression => $"{{{Resource.Name}.bindings.{EndpointName}.url}}";

    IEnumerable<object> IValueWithReferences.References => [Resource];

    private EndpointAnnotation? Declared =>
        Resource.Annotations.OfType<EndpointAnnotation>().SingleOrDefault(e => string.Equals(e.Name, EndpointName, StringComparison.OrdinalIgnoreCase));

    /// <summary>Refers to one property of the endpoint.</summary>
    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(Url);

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) => GetValueAsync(cancellationToken);

    internal string UrlOf(int replica) => $"{Scheme}://{LocalHost}:{PortOf(replica)}";

    internal int PortOf(int replica) => EndpointAnnotation.Allocated is { } ports && replica < ports.Count
        ? ports[replica]
        : throw new DistributedApplicationException($"The port of endpoint '{EndpointName}' of resource '{Resource.Name}' is not known before the application starts; pass the endpoint itself instead of its URL or port.");
}

/// <summary>Refers to one property of an endpoint.</summary>
/// <param name="endpointReference">The endpoint.</param>
/// <param name="property">The property.</param>
public class EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property) : IExpressionValue, IValueWithReferences
{
    /// <summary>The endpoint.</summary>
    public EndpointReference Endpoint { get; } = endpointReference ?? throw new ArgumentNullException(nameof(endpointReference));

    /// <summary>The property.</summary>
    public EndpointProperty Property { get; } = property;

    /// <inheritdoc/>
    public string ValueExpression => $"{{{Endpoint.Resource.Name}.bindings.{Endpoint.EndpointName}.{char.ToLowerInvariant(Property.ToString()[0])}{Property.ToString()[1..]}}}";

    IEnumerable<object> IValueWithReferences.References => [Endpoint];

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(Property switch
    {
        EndpointProperty.Url => Endpoint.Url,
        EndpointProperty.Host => Endpoint.Host,
        EndpointProperty.IPV4Host => "127.0.0.1",
        EndpointProperty.Port => $"{Endpoint.Port}",
        EndpointProperty.Scheme => Endpoint.Scheme,
        EndpointProperty.TargetPort => $"{Endpoint.Port}",
        EndpointProperty.HostAndPort => $"{Endpoint.Host}:{Endpoint.Port}",
        EndpointProperty.TlsEnabled => Endpoint.TlsEnabled ? bool.TrueString : bool.FalseString,
        _ => throw new InvalidOperationException($"An endpoint has no property {Property}."),
    });

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) => GetValueAsync(cancellationToken);
}
