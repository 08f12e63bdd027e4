using System.Text.Json;

namespace OrionPlatform.Services.Tests;

/// <summary>The documents say of every endpoint what it takes and how it answers.</summary>
public sealed class OpenApiTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private readonly ApiUnderTest _api = shared.Api;

    [Theory]
    [InlineData("v1", 5)]
    [InlineData("node", 5)]
    public async Task Every_operation_has_its_answers_refusals_and_headers(string document, int operations)
    {
        var paths = (await DocumentAsync(document)).GetProperty("paths");
        var all = paths.EnumerateObject().SelectMany(p => p.Value.EnumerateObject()).Select(o => o.Value).ToList();

        Assert.Equal(operations, all.Count);
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

    [Fact]
    public async Task What_is_asked_for_has_its_bounds_and_the_key_that_makes_it_safe_to_repeat()
    {
        var document = await DocumentAsync("v1");
        var create = document.GetProperty("paths").GetProperty("/v1/projects/{projectId}/allocations").GetProperty("post");
        Assert.Contains(Parameters(create), p => p == ("Idempotency-Key", true));
        Assert.True(create.GetProperty("responses").GetProperty("201").GetProperty("headers").TryGetProperty("Idempotency-Replayed", out _));
        Assert.Contains("idempotency_key_reused", create.GetProperty("responses").GetProperty("422").GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Contains("project_not_found", create.GetProperty("responses").GetProperty("404").GetProperty("description").GetString(), StringComparison.Ordinal);

        var body = document.GetProperty("components").GetProperty("schemas").GetProperty("CreateAllocationRequest");
        Assert.Equal(["runtime", "slots"], body.GetProperty("required").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal((1, 64), (body.GetProperty("properties").GetProperty("slots").GetProperty("minimum").GetInt32(),
            body.GetProperty("properties").GetProperty("slots").GetProperty("maximum").GetInt32()));
        Assert.Equal(63, body.GetProperty("properties").GetProperty("runtime").GetProperty("maxLength").GetInt32());
    }

    [Fact]
    public async Task They_can_be_read_and_tried_in_Development_and_are_nowhere_else()
    {
        using var page = await _api.Client().GetAsync(new Uri("scalar/", UriKind.Relative));
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        await using var production = await ApiUnderTest.StartAsync(environment: "Production");
        foreach (var path in (string[])["openapi/v1.json", "openapi/node.json", "scalar/"])
        {
            using var answer = await production.Client().GetAsync(new Uri(path, UriKind.Relative));
            await Calls.IsProblemAsync(answer, 404, "not_found");
        }
    }

    private static IEnumerable<(string? Name, bool Required)> Parameters(JsonElement operation) => operation.GetProperty("parameters").EnumerateArray()
        .Select(p => (p.GetProperty("name").GetString(), p.TryGetProperty("required", out var required) && required.GetBoolean()));

    private async Task<JsonElement> DocumentAsync(string name) =>
        JsonDocument.Parse(await _api.Client().GetByteArrayAsync(new Uri($"openapi/{name}.json", UriKind.Relative))).RootElement;
}
