using System.Net;
using Orion.Telemetry.Identity;

namespace Orion.OpsPanel.Tests;

public sealed class SkippedFilesTests
{
    [Fact]
    public async Task A_file_that_cannot_be_read_is_named_in_one_sentence_where_its_rows_are_missing()
    {
        await using var host = await PanelHost.StartAsync();
        var (request, _, _) = Rows.Story(host.Sink, DateTimeOffset.UtcNow);
        await host.Sink.FlushAsync();
        var day = Directory.GetDirectories(host.TelemetryFolder).Order(StringComparer.Ordinal).Last();
        await File.WriteAllTextAsync(Path.Combine(day, "ghost.db"), new string('x', 8192));
        var viewer = await host.SignInAsync("viewer");

        var sentence = $"Not everything could be read; the rows of {Path.GetFileName(day)}/ghost.db (damaged) are missing here.";
        foreach (var page in new[] { "traces", "logs", $"traces/{request.TraceId}" })
        {
            var html = await viewer.GetStringAsync($"/admin/ops/{page}");
            Assert.Equal(2, html.Split(sentence).Length);
        }

        using var missing = await viewer.GetAsync("/admin/ops/traces/5b8efff798038103d269b633813fc60c");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Contains(sentence, await missing.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        async Task<string?> ExportAsync()
        {
            using var export = await viewer.GetAsync($"/admin/ops/traces/{request.TraceId}/otlp.json");
            return export.EnsureSuccessStatusCode().Content.Headers.ContentDisposition?.FileName;
        }

        Assert.Equal($"trace-{request.TraceId}-incomplete.json", await ExportAsync());
        File.Delete(Path.Combine(day, "ghost.db"));
        Assert.Equal($"trace-{request.TraceId}.json", await ExportAsync());
        Assert.DoesNotContain("could be read", await viewer.GetStringAsync("/admin/ops/logs?q=x"), StringComparison.Ordinal);
    }
}
