using System.Net;
using System.Net.Sockets;

namespace OrionPlatform.AppHost;

/// <summary>Gives every replica of every endpoint its port, before anything is started.</summary>
internal static class Ports
{
    /// <exception cref="DistributedApplicationException">A port is taken, or asked for twice.</exception>
    public static void Allocate(IEnumerable<IResource> resources)
    {
        var owners = new Dictionary<int, string>();
        // Free ports stay occupied until all are chosen, so that none is given twice.
        var occupied = new List<TcpListener>();
        try
        {
            foreach (var (resource, endpoint) in resources.SelectMany(r => r.Annotations.OfType<EndpointAnnotation>().Select(e => (r, e))).OrderBy(x => x.e.Port is null))
            {
                endpoint.Allocated = [.. Enumerable.Range(0, Replicas.Of(resource)).Select(replica => replica == 0 && endpoint.Port is { } port ? Fixed(port, resource, endpoint, owners) : Free(occupied))];
            }
        }
        finally
        {
            occupied.ForEach(listener => listener.Dispose());
        }
    }

    private static int Fixed(int port, IResource resource, EndpointAnnotation endpoint, Dictionary<int, string> owners)
    {
        if (!owners.TryAdd(port, resource.Name))
        {
            throw new DistributedApplicationException($"Port {port} is asked for by resources '{owners[port]}' and '{resource.Name}'; give one of them another port.");
        }

        return IsFree(port)
            ? port
            : throw new DistributedApplicationException(
                $"Port {port} of resource '{resource.Name}' (endpoint '{endpoint.Name}') is taken by another process; stop that process, or choose another port, for example --Ports:{Key(resource.Name)}=0 for a free one.");
    }

    /// <summary>By convention AppHost.cs reads a resource's port from <c>Ports:Name</c>, its name in Pascal case.</summary>
    private static string Key(string name) => string.Concat(name.Split('-').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));

    private static int Free(List<TcpListener> occupied)
    {
        while (true)
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            occupied.Add(listener);
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            if (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port) =>
        CanListen(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port));

    private static bool CanListen(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException e)
        {
            // A machine may support IPv6 and yet have no IPv6 loopback address.
            return e.SocketErrorCode == SocketError.AddressNotAvailable;
        }
    }
}

internal static class Replicas
{
    public static int Of(IResource resource) => resource.Annotations.OfType<ReplicaAnnotation>().LastOrDefault()?.Replicas ?? 1;
}
