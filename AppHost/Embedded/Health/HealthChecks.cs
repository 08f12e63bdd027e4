using Microsoft.Extensions.Logging;

namespace OrionPlatform.AppHost;

/// <summary>Polls the health checks of running replicas.</summary>
internal sealed class HealthChecks(TimeProvider time, TimeSpan sayAfter, ILogger logger) : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) }) { Timeout = s_timeout };

    /// <summary>Polls until the replica ends, tells <paramref name="running"/> when it is healthy, and says when that changes or never happens.</summary>
    public async Task WatchAsync(RunningResource running, int replica, string name, CancellationToken ended)
    {
        var checks = running.Resource.Annotations.OfType<HttpHealthCheckAnnotation>().ToList();
        if (checks.Count == 0)
        {
            running.ReplicaHealthy(replica);
            return;
        }

        var rhythm = new HealthRhythm(time, sayAfter);
        try
        {
            while (true)
            {
                var fault = await FirstFaultAsync(checks, running.Resource, replica, ended);
                Say(name, rhythm.Observe(fault is null), fault);
                if (fault is null)
                {
                    running.ReplicaHealthy(replica);
                }

                await Task.Delay(rhythm.Pause, time, ended);
            }
        }
        catch (OperationCanceledException)
        {
            // The process has ended or is being stopped: nothing is left to check.
        }
    }

    public void Dispose() => _http.Dispose();

    private void Say(string name, HealthNews news, string? fault)
    {
        switch (news)
        {
            case HealthNews.Healthy:
                logger.LogInformation("Resource '{Resource}' is healthy.", name);
                break;
            case HealthNews.Unhealthy:
                logger.LogWarning("Resource '{Resource}' is no longer healthy: {Fault}.", name, fault);
                break;
            case HealthNews.NeverHealthy:
                logger.LogError("Resource '{Resource}' is not healthy after {Seconds:0} s: {Fault}; its output above says more, and what waits for it goes on waiting.", name, sayAfter.TotalSeconds, fault);
                break;
            default:
                break;
        }
    }

    private async Task<string?> FirstFaultAsync(List<HttpHealthCheckAnnotation> checks, IResource resource, int replica, CancellationToken cancellationToken)
    {
        foreach (var check in checks)
        {
            var endpoint = check.Endpoint();
            var url = endpoint.UrlOf(endpoint.Resource == resource ? replica : 0) + (check.Path.StartsWith('/') ? check.Path : "/" + check.Path);
            if (await FaultAsync(new Uri(url), check.StatusCode, cancellationToken) is { } fault)
            {
                return $"GET {url} {fault}";
            }
        }

        return null;
    }

    private async Task<string?> FaultAsync(Uri url, int expected, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return (int)response.StatusCode == expected ? null : $"answered {(int)response.StatusCode} instead of {expected}";
        }
        catch (HttpRequestException e)
        {
            return $"failed: {(e.InnerException ?? e).Message}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"did not answer within {s_timeout.TotalSeconds:0} s";
        }
    }
}
