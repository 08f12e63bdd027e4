using System.Net;
using System.Net.Http.Headers;
using Orion.Telemetry.Outgoing;
using OrionPlatform.Contracts;

namespace OrionPlatform.NodeAgent;

/// <summary>The credential is not known to the platform (any more): the node must register again.</summary>
internal sealed class UnknownNodeException(string message) : Exception(message);

/// <summary>The node API, as this agent calls it.</summary>
internal sealed class PlatformClient(IHttpClientFactory clients)
{
    public const string HttpClientName = "platform";

    public async Task<NodeCredential> RegisterAsync(string joinToken, RegisterNodeRequest message, CancellationToken cancellationToken)
    {
        using var response = await SendAsync("node/v1/register", message, joinToken, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            throw new HttpRequestException("The platform refused the join token (Orion:Node:JoinToken).", null, response.StatusCode);
        }

        return await ReadAsync<NodeCredential>(response, cancellationToken);
    }

    public async Task<HeartbeatResponse> BeatAsync(NodeCredential node, HeartbeatRequest message, CancellationToken cancellationToken)
    {
        using var response = await SendAsNodeAsync("node/v1/heartbeat", message, node, cancellationToken);
        return await ReadAsync<HeartbeatResponse>(response, cancellationToken);
    }

    public async Task<ClaimTasksResponse> ClaimAsync(NodeCredential node, ClaimTasksRequest message, CancellationToken cancellationToken)
    {
        using var response = await SendAsNodeAsync("node/v1/tasks/claim", message, node, cancellationToken);
        return await ReadAsync<ClaimTasksResponse>(response, cancellationToken);
    }

    /// <summary>Whether the report was accepted; false when it comes too late to count.</summary>
    public async Task<bool> ReportAsync(NodeCredential node, string taskId, TaskResultRequest message, CancellationToken cancellationToken)
    {
        using var response = await SendAsNodeAsync($"node/v1/tasks/{taskId}/result", message, node, cancellationToken);
        return Settled(response);
    }

    /// <summary>Whether the report was accepted; false when the platform will never want it.</summary>
    public async Task<bool> ExitedAsync(NodeCredential node, string allocationId, WorkloadExitedRequest message,
        CancellationToken cancellationToken)
    {
        using var response = await SendAsNodeAsync($"node/v1/workloads/{allocationId}/exited", message, node, cancellationToken);
        return Settled(response);
    }

    private static bool Settled(HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Conflict => false,
        _ => response.EnsureSuccessStatusCode().IsSuccessStatusCode,
    };

    private async Task<HttpResponseMessage> SendAsNodeAsync<T>(string path, T message, NodeCredential node,
        CancellationToken cancellationToken)
    {
        var response = await SendAsync(path, message, node.NodeSecret, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
        {
            return response;
        }

        response.Dispose();
        throw new UnknownNodeException($"The platform does not know node {node.NodeId}.");
    }

    private async Task<HttpResponseMessage> SendAsync<T>(string path, T message, string bearer, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(message) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        return await clients.CreateClient(HttpClientName).SendAsync(request, cancellationToken);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken) where T : class =>
        await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<T>(cancellationToken)
            ?? throw new HttpRequestException($"The platform answered {response.RequestMessage?.RequestUri?.AbsolutePath} with nothing.");
}

/// <summary>Puts the platform's client into the agent.</summary>
internal static class PlatformClientExtensions
{
    /// <summary>Longer than the longest poll.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(40);

    internal static void AddPlatformClient(this WebApplicationBuilder builder)
    {
        RequireAddress(builder);

        // The agent has its own patience (Retrying), and a long poll outlasts any usual timeout.
        builder.Services.Configure<OutgoingOptions>(PlatformClient.HttpClientName, o => o.Resilience = false);
        builder.Services.AddHttpClient(PlatformClient.HttpClientName, client =>
        {
            client.BaseAddress = new Uri("https+http://api");
            client.Timeout = s_timeout;
        });
        builder.Services.AddSingleton<PlatformClient>();
        builder.Services.AddSingleton<NodeSession>();
        builder.Services.AddSingleton<Retrying>();
    }

    /// <summary>Without this a missing address would show only as a host "api" that is not found.</summary>
    private static void RequireAddress(WebApplicationBuilder builder)
    {
        const string Key = "services:api:http:0";
        var endpoints = builder.Configuration.GetSection("services:api").GetChildren();
        var addresses = endpoints.SelectMany(e => e.Value is null ? e.GetChildren() : [e]).ToList();
        var wrong = addresses.Find(a => !Uri.TryCreate(a.Value, UriKind.Absolute, out var api) || api.Scheme is not ("http" or "https"));
        if (addresses.Count == 0 || wrong is not null)
        {
            throw new InvalidOperationException(
                $"{wrong?.Path ?? Key} is '{wrong?.Value}'; it must be the api's base address, for example http://localhost:5080 "
                + "(as an environment variable: services__api__http__0).");
        }
    }
}
