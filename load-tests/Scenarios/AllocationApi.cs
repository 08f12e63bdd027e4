using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using NBomber.Contracts;
using NBomber.CSharp;
using OrionPlatform.Contracts;

namespace OrionPlatform.LoadTests.Scenarios;

/// <summary>
/// The allocation API as one tenant calls it. Each call says which status is the right one; every other one is a failure.
/// </summary>
internal sealed class AllocationApi(HttpClient http, TenantKey key)
{
    public string Tenant => key.Tenant;

    public string ProjectId => key.ProjectId;

    public Task<Response<AllocationResponse>> CreateAsync() => SendAsync<AllocationResponse>(
        HttpMethod.Post, Path(ProjectId), HttpStatusCode.Created, new CreateAllocationRequest("sleeper", Slots: 1));

    /// <summary>Asks for what nobody may have: no slots.</summary>
    public Task<Response<AllocationResponse>> CreateWrongAsync() => SendAsync<AllocationResponse>(
        HttpMethod.Post, Path(ProjectId), HttpStatusCode.BadRequest, new CreateAllocationRequest("sleeper", Slots: 0));

    public Task<Response<AllocationPage>> ListAsync() => SendAsync<AllocationPage>(HttpMethod.Get, Path(ProjectId), HttpStatusCode.OK);

    public Task<Response<AllocationResponse>> GetAsync(string id) =>
        SendAsync<AllocationResponse>(HttpMethod.Get, $"{Path(ProjectId)}/{id}", HttpStatusCode.OK);

    public Task<Response<AllocationResponse>> GetUnknownAsync() =>
        SendAsync<AllocationResponse>(HttpMethod.Get, $"{Path(ProjectId)}/al_{Guid.NewGuid():N}", HttpStatusCode.NotFound);

    /// <summary>Reads another tenant's project, which has to be refused as if it did not exist.</summary>
    public Task<Response<AllocationPage>> ListForeignAsync(string projectId) =>
        SendAsync<AllocationPage>(HttpMethod.Get, Path(projectId), HttpStatusCode.NotFound);

    public Task<Response<AllocationResponse>> ReleaseAsync(string id) =>
        SendAsync<AllocationResponse>(HttpMethod.Delete, $"{Path(ProjectId)}/{id}", HttpStatusCode.Accepted);

    private static string Path(string projectId) => $"v1/projects/{projectId}/allocations";

    private async Task<Response<T>> SendAsync<T>(
        HttpMethod method, string path, HttpStatusCode expected, CreateAllocationRequest? body = null)
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
            if (response.StatusCode != expected)
            {
                return Response.Fail<T>(status, $"{method} {path} was answered with {status} instead of {(int)expected}", bytes.Length);
            }

            var payload = response.IsSuccessStatusCode ? JsonSerializer.Deserialize<T>(bytes, JsonSerializerOptions.Web)! : default!;
            return Response.Ok(payload, status, bytes.Length);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
        {
            return Response.Fail<T>(e is OperationCanceledException ? "timeout" : e.GetType().Name, e.Message);
        }
    }
}
