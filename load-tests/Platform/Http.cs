namespace OrionPlatform.LoadTests;

/// <summary>The connection to the platform.</summary>
internal static class Http
{
    /// <summary>No limit on connections: an open load must not queue inside the client.</summary>
    public static HttpClient To(Uri url) =>
        new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), UseCookies = false })
    {
        BaseAddress = url.AbsoluteUri.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/"),
        Timeout = AllocationApi.Timeout,
    };

    /// <exception cref="UsageException">Nothing listens there.</exception>
    public static async Task EnsureAnswersAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("health", UriKind.Relative));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            throw new UsageException($"Nothing answers at {http.BaseAddress}: {e.Message}");
        }
    }
}
