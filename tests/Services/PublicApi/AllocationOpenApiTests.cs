namespace OrionPlatform.Services.Tests;

/// <summary>What the documents say of allocations and nodes.</summary>
[Trait("Store", "once")]
public sealed class AllocationOpenApiTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private readonly ApiUnderTest _api = shared.Api;

    [Theory]
    [InlineData("v1", "/allocations", 5)]
    [InlineData("node", "/node/v1/", 5)]
    public async Task Every_operation_of_both_has_its_answers_refusals_and_headers(string document, string path, int operations)
    {
        await OpenApiTests.IsCompleteAsync(_api, document);

        var paths = (await OpenApiTests.DocumentAsync(_api, document)).GetProperty("paths").EnumerateObject();
        Assert.Equal(
            operations, paths.Where(p => p.Name.Contains(path, StringComparison.Ordinal)).Sum(p => p.Value.EnumerateObject().Count()));
    }

    [Fact]
    public async Task What_is_asked_for_has_its_bounds_and_the_key_that_makes_it_safe_to_repeat()
    {
        var document = await OpenApiTests.DocumentAsync(_api, "v1");
        var create = document.GetProperty("paths").GetProperty("/v1/projects/{projectId}/allocations").GetProperty("post");
        Assert.Contains(OpenApiTests.Parameters(create), p => p == ("Idempotency-Key", true));
        var answers = create.GetProperty("responses");
        Assert.True(answers.GetProperty("201").GetProperty("headers").TryGetProperty("Idempotency-Replayed", out _));
        Assert.Contains(
            "idempotency_key_reused", answers.GetProperty("422").GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Contains("project_not_found", answers.GetProperty("404").GetProperty("description").GetString(), StringComparison.Ordinal);

        var body = document.GetProperty("components").GetProperty("schemas").GetProperty("CreateAllocationRequest");
        Assert.Equal(["runtime", "slots"], body.GetProperty("required").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal((1, 64), (body.GetProperty("properties").GetProperty("slots").GetProperty("minimum").GetInt32(),
            body.GetProperty("properties").GetProperty("slots").GetProperty("maximum").GetInt32()));
        Assert.Equal(63, body.GetProperty("properties").GetProperty("runtime").GetProperty("maxLength").GetInt32());
    }

    [Fact]
    public async Task The_document_of_the_node_API_is_nowhere_outside_Development()
    {
        await using var production = await ApiUnderTest.StartAsync(environment: "Production");
        using var answer = await production.Client().GetAsync(new Uri("openapi/node.json", UriKind.Relative));
        await Calls.IsProblemAsync(answer, 404, "not_found");
    }
}
