using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace OrionPlatform.Tests;

/// <summary>What a caller of a running platform does with allocations.</summary>
internal static class PlatformAllocations
{
    /// <summary>The processes that run for an allocation.</summary>
    public static IReadOnlyList<int> Workloads(string allocationId) => LinuxProcesses.WithEnvironment(allocationId);

    public static async Task<string> RequestAllocationAsync(this RunningPlatform platform, string runtime = "sleeper")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/projects/{platform.ProjectId}/allocations")
        {
            Content = JsonContent.Create(new { runtime, slots = 1 }),
        };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
        using var response = await platform.Api.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await ReadAsync(response)).GetProperty("id").GetString()!;
    }

    public static async Task ReleaseAsync(this RunningPlatform platform, string allocationId)
    {
        using var response = await platform.Api.DeleteAsync(Address(platform, allocationId));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    public static async Task<string> StateAsync(this RunningPlatform platform, string allocationId)
    {
        using var response = await platform.Api.GetAsync(Address(platform, allocationId));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await ReadAsync(response)).GetProperty("state").GetString()!;
    }

    public static Task BecomesAsync(this RunningPlatform platform, string allocationId, string state, TimeSpan? within = null) =>
        Eventually.TrueAsync(
            async () => await platform.StateAsync(allocationId) == state, $"{allocationId} is {state}", within ?? TimeSpan.FromSeconds(60));

    private static Uri Address(RunningPlatform platform, string allocationId) =>
        new($"v1/projects/{platform.ProjectId}/allocations/{allocationId}", UriKind.Relative);

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>();
}
