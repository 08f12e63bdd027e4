using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OrionPlatform.Contracts;
using OrionPlatform.Domain;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>A project's labels, through the real api and worker over a real file.</summary>
public sealed class LabelTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private readonly ApiUnderTest _api = shared.Api;

    [Fact]
    public async Task A_label_that_was_added_is_listed_and_gets_its_slug_from_the_worker()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var acme = api.Tenant("acme");
        using var answer = await acme.SendAsync(Calls.Post("""{"name":"Very urgent"}"""));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var added = (await answer.Content.ReadFromJsonAsync<LabelResponse>())!;
        Assert.Equal((api.ProjectOf("acme"), "Very urgent", null), (added.ProjectId, added.Name, added.Slug));
        Assert.Equal(added, Assert.Single((await acme.GetFromJsonAsync<LabelList>("labels"))!.Items));

        await using var worker = Worker.Program.Build(ApiUnderTest.Arguments(api.Folder));
        await worker.StartAsync();
        await Eventually.TrueAsync(
            async () => (await acme.GetFromJsonAsync<LabelResponse>(answer.Headers.Location))!.Slug == "very-urgent",
            "the label has its slug");
        await worker.StopAsync();
        Assert.Equal(added with { Slug = "very-urgent" }, await acme.GetFromJsonAsync<LabelResponse>(answer.Headers.Location));
    }

    [Fact]
    public async Task Its_fact_is_of_the_tenant_and_the_request_that_added_it()
    {
        using var request = Calls.Post(AnySlice.Body);
        request.Headers.Add("X-Correlation-ID", "from-the-test");
        using var answer = await _api.Tenant("acme").SendAsync(request);

        var id = (await answer.Content.ReadFromJsonAsync<LabelResponse>())!.Id;
        var fact = Assert.Single(await _api.Store.ReadAsync(tx => tx.FactsOfAsync(AnySlice.SubjectOf(id))));
        Assert.Equal(("label.added", "from-the-test"), (fact.Fact.Type, fact.CorrelationId));
    }

    [Theory]
    [InlineData("""{"name":""}""", "invalid_field")]
    [InlineData("""{"name":7}""", "invalid_field")]
    [InlineData("""{}""", "missing_member")]
    [InlineData("""{"name":"urgent","colour":"red"}""", "unknown_member")]
    public async Task What_a_label_cannot_be_is_refused_by_name_and_not_stored(string body, string code)
    {
        using var refused = await _api.Tenant("globex").SendAsync(Calls.Post(body));

        await Calls.IsProblemAsync(refused, 400, code);
        Assert.Empty(await _api.Store.ReadAsync(tx => Label.ListAsync(tx, _api.ProjectOf("globex"))));
    }

    [Fact]
    public async Task A_label_of_another_project_is_not_there()
    {
        using var added = await _api.Tenant("acme").SendAsync(Calls.Post(AnySlice.Body));
        var id = (await added.Content.ReadFromJsonAsync<LabelResponse>())!.Id;

        using var answer = await _api.Tenant("globex").GetAsync(new Uri("labels/" + id, UriKind.Relative));
        await Calls.IsProblemAsync(answer, 404, "label_not_found");
    }

    [Fact]
    public async Task The_OpenAPI_document_says_what_is_taken_and_how_it_is_refused()
    {
        var document = JsonDocument.Parse(await _api.Client().GetByteArrayAsync(new Uri("openapi/v1.json", UriKind.Relative))).RootElement;
        var add = document.GetProperty("paths").GetProperty("/v1/projects/{projectId}/labels").GetProperty("post");

        Assert.Contains(add.GetProperty("parameters").EnumerateArray(), p => p.GetProperty("name").GetString() == "Idempotency-Key");
        Assert.True(add.GetProperty("responses").TryGetProperty("201", out _));
        Assert.Contains(
            "project_not_found", add.GetProperty("responses").GetProperty("404").GetProperty("description").GetString(),
            StringComparison.Ordinal);
        var name = document.GetProperty("components").GetProperty("schemas").GetProperty("AddLabelRequest")
            .GetProperty("properties").GetProperty("name");
        Assert.Equal((1, 100), (name.GetProperty("minLength").GetInt32(), name.GetProperty("maxLength").GetInt32()));
    }
}
