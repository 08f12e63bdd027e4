namespace Orion.LoadTesting.Running;

/// <summary>The connection to what is loaded.</summary>
internal static class TargetClient
{
    /// <summary>No limit on connections: an open load must not queue inside the client.</summary>
    public static HttpClient To(Uri url, TimeSpan timeout) =>
        new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), UseCookies = false })
        {
            BaseAddress = url.AbsoluteUri.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/"),
            Timeout = timeout,
        };

    /// <exception cref="LoadTestException">Nothing listens there.</exception>
    public static async Task EnsureAnswersAsync(HttpClient http, string path, CancellationToken stop)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(path, UriKind.Relative), stop);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !stop.IsCancellationRequested)
        {
            throw new LoadTestException($"Nothing answers at {http.BaseAddress}: {e.Message}");
        }
    }
}
