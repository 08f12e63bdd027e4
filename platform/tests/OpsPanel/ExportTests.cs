using System.Net;
using System.Text.Json;
using Orion.Sink.Otlp;

namespace Orion.OpsPanel.Tests;

public sealed class ExportTests
{
    [Fact]
    public async Task A_trace_is_downloaded_with_its_story_or_alone()
    {
        await using var host = await PanelHost.StartAsync();
        var (request, job, _) = Rows.Story(host.Sink, DateTimeOffset.UtcNow);
        await host.Sink.FlushAsync();
        var viewer = await host.SignInAsync("viewer");

        using var story = await viewer.GetAsync($"/admin/ops/traces/{request.TraceId}/otlp.json");
        Assert.Equal(("application/json", "attachment", $"trace-{request.TraceId}.json"),
            (story.Content.Headers.ContentType!.ToString(), story.Content.Headers.ContentDisposition!.DispositionType,
                story.Content.Headers.ContentDisposition.FileName?.Trim('"')));
        Assert.True(story.Headers.CacheControl!.NoStore);
        Assert.Equal("nosniff", story.Headers.GetValues("X-Content-Type-Options").Single());
        var body = await story.Content.ReadAsByteArrayAsync();
        Assert.Equal(["api", "node-agent", "worker"], Services(body).Order(StringComparer.Ordinal));
        Assert.Equal(new OtlpResult(11, 0, null),
            host.Sink.Accept(new OtlpIngest(TimeProvider.System), OtlpSignal.Traces, OtlpEncoding.Json, body));

        var page = await viewer.GetStringAsync($"/admin/ops/traces/{job.TraceId}?alone=1");
        Assert.Contains($"href=\"/admin/ops/traces/{job.TraceId}/otlp.json?alone=1\" download", page, StringComparison.Ordinal);
        Assert.Equal(["worker"], Services(await viewer.GetByteArrayAsync($"/admin/ops/traces/{job.TraceId}/otlp.json?alone=1")));
    }

    [Theory]
    [InlineData("anonymous", "5b8efff798038103d269b633813fc60c", HttpStatusCode.Unauthorized)]
    [InlineData(null, "5b8efff798038103d269b633813fc60c", HttpStatusCode.Forbidden)]
    [InlineData("viewer", "5b8efff798038103d269b633813fc60c", HttpStatusCode.NotFound)]
    [InlineData("viewer", "not-an-id", HttpStatusCode.BadRequest)]
    public async Task Who_may_not_and_what_is_not_there_gets_no_file(string? role, string trace, HttpStatusCode expected)
    {
        await using var host = await PanelHost.StartAsync();
        var client = role == "anonymous" ? host.Anonymous() : await host.SignInAsync(role);

        using var answer = await client.GetAsync($"/admin/ops/traces/{trace}/otlp.json");

        Assert.Equal((expected, null), (answer.StatusCode, answer.Content.Headers.ContentDisposition));
    }

    private static List<string> Services(byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        return [.. json.RootElement.GetProperty("resourceSpans").EnumerateArray()
            .Select(r =>
                r.GetProperty("resource").GetProperty("attributes")[0].GetProperty("value").GetProperty("stringValue").GetString()!)];
    }
}
