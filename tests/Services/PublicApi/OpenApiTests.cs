using System.Text.Json;

namespace OrionPlatform.Services.Tests;

/// <summary>The document says of every endpoint what it takes and how it answers.</summary>
[Trait("Store", "once")]
public sealed class OpenApiTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private readonly ApiUnderTest _api = shared.Api;

    [Fact]
    public async Task Every_operation_of_the_public_API_has_its_answers_refusals_and_headers() => await IsCompleteAsync(_api, "v1");

    [Fact]
    public async Task It_can_be_read_and_tried_in_Development_and_is_nowhere_else()
    {
        using var page = await _api.Client().GetAsync(new Uri("scalar/", UriKind.Relative));
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        await using var production = await ApiUnderTest.StartAsync(environment: "Production");
        foreach (var path in (string[])["openapi/v1.json", "scalar/"])
        {
            using var answer = await production.Client().GetAsync(new Uri(path, UriKind.Relative));
            await Calls.IsProblemAsync(answer, 404, "not_found");
        }
    }

    /// <summary>Every operation of that document has its answers, refusals and headers.</summary>
    internal static async Task IsCompleteAsync(ApiUnderTest api, string document)
    {
        var paths = (await DocumentAsync(api, document)).GetProperty("paths");
        var all = paths.EnumerateObject().SelectMany(p => p.Value.EnumerateObject()).Select(o => o.Value).ToList();

        Assert.NotEmpty(all);
        foreach (var operation in all)
        {
            var answers = operation.GetProperty("responses");
            Assert.Contains(answers.EnumerateObject(), a => a.Name[0] == '2');
            foreach (var refusal in answers.EnumerateObject().Where(a => a.Name[0] is '4' or '5'))
            {
                Assert.Equal("#/components/schemas/Problem", refusal.Value.GetProperty("content").GetProperty("application/problem+json")
                    .GetProperty("schema").GetProperty("$ref").GetString());
                Assert.Equal(refusal.Name is "429" or "503", refusal.Value.GetProperty("headers").TryGetProperty("Retry-After", out _));
            }

            Assert.All(["400", "401", "429", "500", "503"], status => Assert.True(answers.TryGetProperty(status, out _), status));
            Assert.Equal(operation.TryGetProperty("requestBody", out _), answers.TryGetProperty("415", out _));
            Assert.Contains(Parameters(operation), p => p.Name == "X-Correlation-ID");
            Assert.Equal("bearer", operation.GetProperty("security")[0].EnumerateObject().Single().Name);
        }
    }

    internal static IEnumerable<(string? Name, bool Required)> Parameters(JsonElement operation) => operation
        .GetProperty("parameters").EnumerateArray()
        .Select(p => (p.GetProperty("name").GetString(), p.TryGetProperty("required", out var required) && required.GetBoolean()));

    internal static async Task<JsonElement> DocumentAsync(ApiUnderTest api, string name) =>
        JsonDocument.Parse(await api.Client().GetByteArrayAsync(new Uri($"openapi/{name}.json", UriKind.Relative))).RootElement;
}
