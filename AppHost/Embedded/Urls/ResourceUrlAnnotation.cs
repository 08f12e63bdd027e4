namespace Aspire.Hosting.ApplicationModel;

/// <summary>Where a URL is shown.</summary>
public enum UrlDisplayLocation
{
    /// <summary>In the list of resources printed at start.</summary>
    SummaryAndDetails,

    /// <summary>Nowhere in the embedded engine, which has only that list.</summary>
    DetailsOnly,
}

/// <summary>A URL people use to reach a resource.</summary>
public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    /// <summary>The URL; one that begins with a slash is relative to <see cref="Endpoint"/>.</summary>
    public required string Url { get; set; }

    /// <summary>What it leads to.</summary>
    public string? DisplayText { get; set; }

    /// <summary>The endpoint it belongs to.</summary>
    public EndpointReference? Endpoint { get; init; }

    /// <summary>Where it is shown.</summary>
    public UrlDisplayLocation DisplayLocation { get; set; }
}

/// <summary>The URLs of a resource while they are being put together.</summary>
/// <param name="executionContext">What the application model is read for.</param>
/// <param name="resource">The resource.</param>
/// <param name="urls">The URLs so far: one an endpoint.</param>
/// <param name="cancellationToken">Ends with the application.</param>
public class ResourceUrlsCallbackContext(
    DistributedApplicationExecutionContext executionContext, IResource resource, List<ResourceUrlAnnotation>? urls = null, CancellationToken cancellationToken = default)
{
    /// <summary>What the application model is read for.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>The URLs; add to them, change or remove them.</summary>
    public List<ResourceUrlAnnotation> Urls { get; } = urls ?? [];

    /// <summary>Ends with the application.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>An endpoint of the resource; null when it has none of that name.</summary>
    public EndpointReference? GetEndpoint(string name) =>
        Resource is IResourceWithEndpoints owner && new EndpointReference(owner, name) is { Exists: true } endpoint ? endpoint : null;
}

internal sealed record UrlsCallbackAnnotation(Func<ResourceUrlsCallbackContext, Task> Callback) : IResourceAnnotation;
