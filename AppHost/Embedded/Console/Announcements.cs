using System.Text;
using Microsoft.Extensions.Logging;

namespace OrionPlatform.AppHost;

/// <summary>Says where to look: external URLs, and the panel's login as soon as its resource is healthy; a list of all URLs at the end.</summary>
internal sealed class Announcements(DistributedApplicationExecutionContext executionContext, ILogger logger)
{
    /// <summary>Display text of the URL that is printed as the login line, which `dotnet watch` and editors look for to open a browser.</summary>
    private const string Panel = "Ops panel";

    public async Task WhenHealthyAsync(IEnumerable<RunningResource> resources, CancellationToken stopping)
    {
        try
        {
            var urls = await Task.WhenAll(resources.Select(r => AnnounceAsync(r, stopping)));
            logger.LogInformation("{Summary}", Summary(urls));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped before everything was healthy.
        }
    }

    private async Task<(IResource Resource, List<ResourceUrlAnnotation> Urls)> AnnounceAsync(RunningResource running, CancellationToken stopping)
    {
        var resource = running.Resource;
        await Task.WhenAny(running.Healthy, running.Ended).WaitAsync(stopping);
        var urls = await UrlsAsync(resource, stopping);
        if (running.Healthy.IsCompletedSuccessfully)
        {
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.IsExternal))
            {
                logger.LogInformation("Now listening on: {Url}", new EndpointReference((IResourceWithEndpoints)resource, endpoint).Url);
            }

            foreach (var url in urls.Where(u => u.DisplayText == Panel))
            {
                logger.LogInformation("Login to the dashboard at {Url}", url.Url);
            }
        }

        return (resource, urls);
    }

    private async Task<List<ResourceUrlAnnotation>> UrlsAsync(IResource resource, CancellationToken stopping)
    {
        var urls = new List<ResourceUrlAnnotation>();
        if (resource is IResourceWithEndpoints owner)
        {
            urls.AddRange(resource.Annotations.OfType<EndpointAnnotation>().Select(e => new EndpointReference(owner, e)).Select(e => new ResourceUrlAnnotation { Url = e.Url, Endpoint = e }));
        }

        var context = new ResourceUrlsCallbackContext(executionContext, resource, urls, stopping);
        foreach (var callback in resource.Annotations.OfType<UrlsCallbackAnnotation>())
        {
            await callback.Callback(context);
        }

        foreach (var url in urls.Where(u => u.Url.StartsWith('/') && u.Endpoint is not null))
        {
            url.Url = url.Endpoint!.Url + url.Url;
        }

        return urls;
    }

    private static string Summary((IResource Resource, List<ResourceUrlAnnotation> Urls)[] resources)
    {
        var text = new StringBuilder("Resources\n");
        foreach (var (resource, urls) in resources.Where(r => !r.Resource.Annotations.OfType<ParentAnnotation>().Any()))
        {
            Append(text, resource, urls, resources, indent: "- ");
        }

        return text.ToString().TrimEnd();
    }

    private static void Append(StringBuilder text, IResource resource, List<ResourceUrlAnnotation> urls, (IResource Resource, List<ResourceUrlAnnotation> Urls)[] all, string indent)
    {
        text.Append('\n').Append(indent).Append(resource.Name);
        foreach (var url in urls.Where(u => u.DisplayLocation == UrlDisplayLocation.SummaryAndDetails))
        {
            text.Append("\n    ").Append(url.DisplayText ?? url.Endpoint?.EndpointName ?? "url").Append(": ").Append(url.Url);
        }

        foreach (var child in all.Where(r => r.Resource.Annotations.OfType<ParentAnnotation>().Any(p => p.Parent == resource)))
        {
            Append(text, child.Resource, child.Urls, all, "  " + indent);
        }
    }
}
