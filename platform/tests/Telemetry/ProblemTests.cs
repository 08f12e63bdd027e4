using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Orion.Telemetry.Tests;

public sealed class ProblemTests
{
    private sealed record Order(string Runtime, int Slots)
    {
        public required string Name { get; init; }
    }

    [Theory]
    [InlineData("{\"runtime\":\"a\",\"slots\":1,\"name\":\"n\",\"colour\":1}", 400, "unknown_member", "'colour'")]
    [InlineData("{\"runtime\":\"a\",\"slots\":", 400, "invalid_json", "line 1")]
    [InlineData("not json", 400, "invalid_json", "line 1")]
    [InlineData("{\"runtime\":\"a\",\"slots\":\"many\",\"name\":\"n\"}", 400, "invalid_field", "'slots' must be a number")]
    [InlineData("{\"runtime\":\"a\",\"slots\":1}", 400, "missing_member", "name")]
    [InlineData("{\"runtime\":\"a\",\"slots\":1.5,\"name\":\"n\"}", 400, "invalid_field", "'slots' must be a whole number")]
    [InlineData("{\"runtime\":null,\"slots\":1,\"name\":\"n\"}", 400, "missing_member", "'runtime'")]
    [InlineData("{\"runtime\":\"a\",\"slots\":1,\"slots\":2,\"name\":\"n\"}", 400, "invalid_json", "it is given more than once")]
    [InlineData("[]", 400, "invalid_field", "a JSON object")]
    [InlineData("", 400, "invalid_json", "missing or null")]
    public async Task A_bad_body_is_refused_with_what_is_wrong_in_it(string body, int status, string code, string? detail)
    {
        await using var app = await TestApp.StartAsync(a => a.MapPost("/v1/orders", (Order order) => order));

        using var response = await app.Client.PostAsync("/v1/orders", new StringContent(body, Encoding.UTF8, "application/json"));

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((status, code), ((int)response.StatusCode, problem.GetProperty("error_code").GetString()));
        if (detail is not null)
        {
            Assert.Contains(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(code, (await app.TraceAsync("/v1/orders")).Line.ErrorCode);
    }

    [Fact]
    public async Task An_oversized_body_and_a_wrong_content_type_have_their_own_errors()
    {
        await using var app = await TestApp.StartAsync(
            a => a.MapPost("/v1/orders", (Order order) => order), b => b.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = 1000));

        using var large = await app.Client.PostAsync(
            "/v1/orders", new StringContent(new string(' ', 2000), Encoding.UTF8, "application/json"));
        using var text = await app.Client.PostAsync("/v1/orders", new StringContent("hello", new MediaTypeHeaderValue("text/plain")));

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "body_too_large"), await CodeAsync(large));
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported_media_type"), await CodeAsync(text));
    }

    [Theory]
    [InlineData(401, "unauthenticated")]
    [InlineData(403, "forbidden")]
    [InlineData(404, "not_found")]
    [InlineData(429, "too_many_requests")]
    [InlineData(418, "invalid_request")]
    [InlineData(502, "internal")]
    [InlineData(503, "unavailable")]
    public async Task A_bare_error_status_gets_its_document(int status, string code)
    {
        await using var app = await TestApp.StartAsync(a => a.MapGet("/bare", () => Results.StatusCode(status)));

        using var response = await app.Client.GetAsync("/bare");

        Assert.Equal(((HttpStatusCode)status, code), await CodeAsync(response));
    }

    [Fact]
    public async Task A_wrong_method_has_its_own_error_and_keeps_the_Allow_header()
    {
        await using var app = await TestApp.StartAsync(a => a.MapGet("/only-get", () => "x"));

        using var response = await app.Client.PostAsync("/only-get", null);

        Assert.Equal((HttpStatusCode.MethodNotAllowed, "method_not_allowed"), await CodeAsync(response));
        Assert.Contains("GET", response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task An_exceptions_text_is_never_shown(string environment)
    {
        await using var app = await TestApp.StartAsync(
            a => a.MapGet("/boom", string () => throw new InvalidOperationException("inner secret")), environment: environment);

        using var response = await app.Client.GetAsync("/boom");

        Assert.DoesNotContain("inner secret", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_accepts_something_else_is_told_all_the_same()
    {
        await using var app =
            await TestApp.StartAsync(a => a.MapGet("/v1/boom", string () => throw new InvalidOperationException("on purpose")));
        app.Client.DefaultRequestHeaders.Accept.ParseAdd("text/event-stream");

        using var boom = await app.Client.GetAsync("/v1/boom");
        using var bare = await app.Client.GetAsync("/v1/nothing");

        Assert.Equal((HttpStatusCode.InternalServerError, "internal"), await CodeAsync(boom));
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), await CodeAsync(bare));
    }

    [Fact]
    public async Task A_document_of_the_frameworks_own_has_a_code_and_the_trace_id_in_one_form()
    {
        await using var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/taken", () =>
                TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["slots"] = ["too many"] })));

        using var response = await app.Client.GetAsync("/v1/taken");

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        var line = (await app.TraceAsync("/v1/taken")).Line;
        Assert.Equal("too many", problem.GetProperty("errors").GetProperty("slots")[0].GetString());
        Assert.Equal(("invalid_field", "invalid_field"), (problem.GetProperty("error_code").GetString(), line.ErrorCode));
        Assert.Equal("'slots': too many", problem.GetProperty("detail").GetString());
        Assert.Equal(line.TraceId.ToHexString(), problem.GetProperty("trace_id").GetString());
        Assert.False(problem.TryGetProperty("traceId", out _));
    }

    [Fact]
    public async Task An_answer_with_a_body_of_its_own_is_left_alone()
    {
        await using var app = await TestApp.StartAsync(a => a.MapGet("/own", () => Results.Json(new { mine = true }, statusCode: 409)));

        using var response = await app.Client.GetAsync("/own");

        Assert.Contains("mine", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string? Code)> CodeAsync(HttpResponseMessage response) =>
        (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error_code").GetString());
}
