using System.Net.Http.Json;
using System.Text.Json;

namespace OrionPlatform.Services.Tests;

/// <summary>Nodes that a test plays.</summary>
internal static class NodeCalls
{
    /// <summary>A client of a node that was just registered, with its id.</summary>
    public static async Task<(HttpClient Client, string NodeId)> NodeAsync(
        this ApiUnderTest api, string name = "n1", int slots = 4, params string[] runtimes)
    {
        using var answer = await api.Client(ServiceSecrets.JoinToken).PostAsJsonAsync(
            "node/v1/register", new { name, slots, runtimes = runtimes.Length == 0 ? ["sleeper"] : runtimes });
        answer.EnsureSuccessStatusCode();
        var node = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (api.Client(node.GetProperty("nodeSecret").GetString()), node.GetProperty("nodeId").GetString()!);
    }
}
