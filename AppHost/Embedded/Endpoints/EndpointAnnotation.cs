using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>An address a resource listens on.</summary>
/// <param name="protocol">Transport protocol.</param>
/// <param name="uriScheme">Scheme of its URL.</param>
/// <param name="name">Its name; by default the scheme.</param>
/// <param name="port">Port others connect to; null for a free one.</param>
/// <param name="targetPort">Port the process listens on; without a proxy the same as <paramref name="port"/>.</param>
/// <param name="isExternal">Whether it is for callers outside the application.</param>
public sealed class EndpointAnnotation(ProtocolType protocol, string? uriScheme = null, string? name = null, int? port = null, int? targetPort = null, bool? isExternal = null) : IResourceAnnotation
{
    /// <summary>Transport protocol.</summary>
    public ProtocolType Protocol { get; } = protocol;

    /// <summary>Scheme of its URL.</summary>
    public string UriScheme { get; } = uriScheme ?? "tcp";

    /// <summary>Its name, compared without regard to case.</summary>
    public string Name { get; } = name ?? uriScheme ?? "tcp";

    /// <summary>Port others connect to; null for a free one.</summary>
    public int? Port { get; } = port ?? targetPort;

    /// <summary>Port the process listens on.</summary>
    public int? TargetPort { get; } = targetPort ?? port;

    /// <summary>Whether it is for callers outside the application.</summary>
    public bool IsExternal { get; set; } = isExternal ?? false;

    /// <summary>Variable through which the process is told its port.</summary>
    internal string? PortVariable { get; init; }

    /// <summary>Ports in use, one a replica; empty until the application starts.</summary>
    internal IReadOnlyList<int> Allocated { get; set; } = [];
}
