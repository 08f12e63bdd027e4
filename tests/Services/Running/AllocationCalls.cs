using System.Net;
using System.Text.Json;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>What tenants do with allocations.</summary>
internal static class AllocationCalls
{
    public static async Task<string> RequestAsync(this HttpClient tenant, string runtime = "sleeper", int slots = 1,
        string? traceParent = null)
    {
        using var request = Calls.Post(JsonSerializer.Serialize(new { runtime, slots }));
        if (traceParent is not null)
        {
            request.Headers.Add("traceparent", traceParent);
        }

        using var answer = await tenant.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await Calls.JsonAsync(answer)).GetProperty("id").GetString()!;
    }

    public static Task ReleaseAsync(this HttpClient tenant, string id) => ReleaseAsync(tenant, id, null);

    public static async Task ReleaseAsync(this HttpClient tenant, string id, string? traceParent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"allocations/{id}");
        if (traceParent is not null)
        {
            request.Headers.Add("traceparent", traceParent);
        }

        using var answer = await tenant.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    public static async Task<JsonElement> GetAllocationAsync(this HttpClient tenant, string id)
    {
        using var answer = await tenant.GetAsync(new Uri($"allocations/{id}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await Calls.JsonAsync(answer);
    }

    public static Task BecomesAsync(this HttpClient tenant, string id, string state) => Eventually.TrueAsync(
        async () => (await tenant.GetAllocationAsync(id)).GetProperty("state")
            .GetString() == state, $"{id} is {state}", TimeSpan.FromSeconds(60));
}
