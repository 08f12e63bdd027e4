using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace OrionPlatform.Services.Tests;

/// <summary>The calls that most tests make.</summary>
internal static class Calls
{
    /// <summary>A request to <see cref="AnySlice"/>.</summary>
    public static HttpRequestMessage Post(string body, string? key = null, string contentType = "application/json")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, AnySlice.Path) { Content = new StringContent(body, Encoding.UTF8) };
        request.Content.Headers.ContentType =
            contentType.Length == 0 ? null : System.Net.Http.Headers.MediaTypeHeaderValue.Parse(contentType);
        request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString("N"));
        return request;
    }

    /// <summary>Adds one thing of <see cref="AnySlice"/>.</summary>
    public static async Task AddAnyAsync(this HttpClient tenant)
    {
        using var request = Post(AnySlice.Body);
        using var answer = await tenant.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

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
