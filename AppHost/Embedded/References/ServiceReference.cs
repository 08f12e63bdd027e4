using System.Text;

namespace OrionPlatform.AppHost;

/// <summary>One resource finds another by name: the variables that tell it where. A second reference to the same source adds to the first.</summary>
internal sealed class ServiceReference(IResourceWithEndpoints source, string name) : IResourceAnnotation
{
    public IResourceWithEndpoints Source => source;

    public string Name => name;

    public HashSet<string> Endpoints { get; } = new(StringComparer.OrdinalIgnoreCase);

    public bool AllEndpoints { get; set; }

    public void Apply(EnvironmentCallbackContext context)
    {
        foreach (var annotation in source.Annotations.OfType<EndpointAnnotation>().Where(e => AllEndpoints || Endpoints.Contains(e.Name)))
        {
            var endpoint = new EndpointReference(source, annotation);
            var key = endpoint.IsHttpSchemeNamedEndpoint ? endpoint.Scheme : endpoint.EndpointName;
            context.EnvironmentVariables[$"{Encoded(name)}_{Encoded(annotation.Name)}"] = endpoint;
            var index = 0;
            while (context.EnvironmentVariables.ContainsKey($"services__{name}__{key}__{index}"))
            {
                index++;
            }

            // There is no proxy that shares one address between replicas, so every replica is advertised.
            for (var replica = 0; replica < annotation.Allocated.Count; replica++)
            {
                context.EnvironmentVariables[$"services__{name}__{key}__{index + replica}"] = endpoint.UrlOf(replica);
            }
        }
    }

    /// <summary>The name as part of a variable's: <c>node-agent</c> becomes <c>NODE_AGENT</c>.</summary>
    public static string Encoded(string name)
    {
        var encoded = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            encoded.Append(char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_');
        }

        return encoded.ToString();
    }
}

/// <summary>A resource uses another; it is stopped before it.</summary>
internal sealed record UsesAnnotation(IResource Resource) : IResourceAnnotation;
