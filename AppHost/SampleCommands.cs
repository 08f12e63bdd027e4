using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace OrionPlatform.AppHost;

/// <summary>The sample's button on Aspire's dashboard.</summary>
internal static class SampleCommands
{
    /// <summary>One allocation of the first demo tenant, as the README sends it.</summary>
    public static IResourceBuilder<ProjectResource> WithSendAllocationCommand(
        this IResourceBuilder<ProjectResource> api, string devKeysFile) =>
        api.WithCommand("send-allocation", "Send an allocation", async context =>
        {
            using var keys = JsonDocument.Parse(await File.ReadAllTextAsync(devKeysFile, context.CancellationToken));
            var tenant = keys.RootElement.EnumerateObject().First();
            var path = $"/v1/projects/{tenant.Value.GetProperty("projectId").GetString()}/allocations";
            using var request = new HttpRequestMessage(HttpMethod.Post, api.GetEndpoint("http").Url + path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tenant.Value.GetProperty("apiKey").GetString());
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
            request.Content = JsonContent.Create(new { runtime = "sleeper", slots = 1 });
            using var client = context.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
            using var response = await client.SendAsync(request, context.CancellationToken);
            var body = await response.Content.ReadAsStringAsync(context.CancellationToken);
            return response.IsSuccessStatusCode
                ? CommandResults.Success($"POST {path} as {tenant.Name}: {(int)response.StatusCode}.", body, CommandResultFormat.Json)
                : CommandResults.Failure($"POST {path} as {tenant.Name}: {(int)response.StatusCode}.", body, CommandResultFormat.Json);
        }, new CommandOptions
        {
            Description = "Requests one allocation of a demo tenant.",
            IconName = "Send",
            UpdateState = ServiceCommands.WhenHealthy,
        });
}
