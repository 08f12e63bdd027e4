using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>An address a resource listens on; declared with <see cref="ResourceBuilderExtensions.WithHttpEndpoint"/>.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    // Aspire's constructors take a transport and a proxy, which there are none of here.
    internal EndpointAnnotation(string uriScheme, string? name, int? port, int? targetPort)
    {
        UriScheme = uriScheme;
        Name = name ?? uriScheme;
        Port = port ?? targetPort;
        TargetPort = targetPort ?? port;
    }

    /// <summary>Transport protocol.</summary>
    public ProtocolType Protocol { get; } = ProtocolType.Tcp;

    /// <summary>Scheme of its URL.</summary>
    public string UriScheme { get; }

    /// <summary>Its name, compared without regard to case.</summary>
    public string Name { get; }

    /// <summary>Port others connect to; null for a free one.</summary>
    public int? Port { get; }

    /// <summary>Port the process listens on; without a proxy the same as <see cref="Port"/>.</summary>
    public int? TargetPort { get; }

    /// <summary>Whether it is for callers outside the application.</summary>
    public bool IsExternal { get; set; }

    /// <summary>Variable through which the process is told its port.</summary>
    internal string? PortVariable { get; init; }

    /// <summary>Ports in use, one a replica; empty until the application starts.</summary>
    internal IReadOnlyList<int> Allocated { get; set; } = [];
}
