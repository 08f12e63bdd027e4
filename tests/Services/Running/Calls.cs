using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>The calls that most tests make.</summary>
internal static class Calls
{
    public static HttpRequestMessage Post(string body, string? key = null, string contentType = "application/json")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "allocations") { Content = new StringContent(body, Encoding.UTF8) };
        request.Content.Headers.ContentType = contentType.Length == 0 ? null : System.Net.Http.Headers.MediaTypeHeaderValue.Parse(contentType);
        request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString("N"));
        return request;
    }

    public static async Task<string> RequestAsync(this HttpClient tenant, string runtime = "sleeper", int slots = 1,
        string? traceParent = null)
    {
        using var request = Post(JsonSerializer.Serialize(new { runtime, slots }));
        if (traceParent is not null)
        {
            request.Headers.Add("traceparent", traceParent);
        }

        using var answer = await tenant.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await JsonAsync(answer)).GetProperty("id").GetString()!;
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
        return await JsonAsync(answer);
    }

    public static Task BecomesAsync(this HttpClient tenant, string id, string state) => Eventually.TrueAsync(
        async () => (await tenant.GetAllocationAsync(id)).GetProperty("state")
            .GetString() == state, $"{id} is {state}", TimeSpan.FromSeconds(60));

    public static Task<JsonElement> JsonAsync(HttpResponseMessage answer) => answer.Content.ReadFromJsonAsync<JsonElement>();

    /// <summary>The answer is a problem document with that status and code.</summary>
    public static async Task IsProblemAsync(HttpResponseMessage answer, int status, string code, string? inDetail = null)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode} instead of {status}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.True(problem.GetProperty("error_code").GetString() == code, $"Not {code}: {text}");
        Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("trace_id").GetString());
        if (inDetail is not null)
        {
            Assert.Contains(inDetail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }
}
