using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using NBomber.Contracts;
using NBomber.CSharp;

namespace OrionPlatform.LoadTests.Scenarios;

/// <summary>
/// The allocation API as one tenant calls it. Each call says which status is the right one; every other one is a failure.
/// </summary>
internal sealed class AllocationApi(HttpClient http, TenantKey key)
{
    public string Tenant => key.Tenant;

    public string ProjectId => key.ProjectId;

    public Task<Response<JsonElement>> CreateAsync() =>
        SendAsync(HttpMethod.Post, Path(ProjectId), HttpStatusCode.Created, new { runtime = "sleeper", slots = 1 });

    /// <summary>Asks for what nobody may have: no slots.</summary>
    public Task<Response<JsonElement>> CreateWrongAsync() =>
        SendAsync(HttpMethod.Post, Path(ProjectId), HttpStatusCode.BadRequest, new { runtime = "sleeper", slots = 0 });

    public Task<Response<JsonElement>> ListAsync() => SendAsync(HttpMethod.Get, Path(ProjectId), HttpStatusCode.OK);

    public Task<Response<JsonElement>> GetAsync(string id) => SendAsync(HttpMethod.Get, $"{Path(ProjectId)}/{id}", HttpStatusCode.OK);

    public Task<Response<JsonElement>> GetUnknownAsync() =>
        SendAsync(HttpMethod.Get, $"{Path(ProjectId)}/al_{Guid.NewGuid():N}", HttpStatusCode.NotFound);

    /// <summary>Reads another tenant's project, which has to be refused as if it did not exist.</summary>
    public Task<Response<JsonElement>> ListForeignAsync(string projectId) =>
        SendAsync(HttpMethod.Get, Path(projectId), HttpStatusCode.NotFound);

    public Task<Response<JsonElement>> ReleaseAsync(string id) =>
        SendAsync(HttpMethod.Delete, $"{Path(ProjectId)}/{id}", HttpStatusCode.Accepted);

    private static string Path(string projectId) => $"v1/projects/{projectId}/allocations";

    private async Task<Response<JsonElement>> SendAsync(HttpMethod method, string path, HttpStatusCode expected, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key.ApiKey);
        if (body is not null)
        {
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
            request.Content = JsonContent.Create(body);
        }

        try
        {
            using var response = await http.SendAsync(request);
            var bytes = await response.Content.ReadAsByteArrayAsync();
            var status = ((int)response.StatusCode).ToString("0");
            return response.StatusCode == expected
                ? Response.Ok(bytes.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(bytes), status, bytes.Length)
                : Response.Fail<JsonElement>(
                    status, $"{method} {path} was answered with {status} instead of {(int)expected}", bytes.Length);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
        {
            return Response.Fail<JsonElement>(e is OperationCanceledException ? "timeout" : e.GetType().Name, e.Message);
        }
    }
}
