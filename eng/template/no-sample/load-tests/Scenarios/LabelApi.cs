using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using NBomber.Contracts;
using NBomber.CSharp;
using OrionPlatform.Contracts;

namespace OrionPlatform.LoadTests.Scenarios;

/// <summary>
/// The API of labels as one tenant calls it. Each call says which status is the right one; every other one is a failure.
/// </summary>
internal sealed class LabelApi(HttpClient http, TenantKey key)
{
    public string ProjectId => key.ProjectId;

    public Task<Response<LabelResponse>> AddAsync() => SendAsync<LabelResponse>(
        HttpMethod.Post, Path(ProjectId), HttpStatusCode.Created, new AddLabelRequest("Very urgent"));

    /// <summary>Asks for what nobody may have: no name.</summary>
    public Task<Response<LabelResponse>> AddWrongAsync() => SendAsync<LabelResponse>(
        HttpMethod.Post, Path(ProjectId), HttpStatusCode.BadRequest, new AddLabelRequest(""));

    public Task<Response<LabelResponse>> GetAsync(string id) =>
        SendAsync<LabelResponse>(HttpMethod.Get, $"{Path(ProjectId)}/{id}", HttpStatusCode.OK);

    public Task<Response<LabelList>> ListAsync() => SendAsync<LabelList>(HttpMethod.Get, Path(ProjectId), HttpStatusCode.OK);

    /// <summary>Reads another tenant's project, which has to be refused as if it did not exist.</summary>
    public Task<Response<LabelList>> ListForeignAsync(string projectId) =>
        SendAsync<LabelList>(HttpMethod.Get, Path(projectId), HttpStatusCode.NotFound);

    private static string Path(string projectId) => $"v1/projects/{projectId}/labels";

    private async Task<Response<T>> SendAsync<T>(HttpMethod method, string path, HttpStatusCode expected, AddLabelRequest? body = null)
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
