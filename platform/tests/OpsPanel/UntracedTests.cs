using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orion.Sink;
using Orion.Sink.Reading;
using Orion.Store.OpsAccess;
using Orion.Telemetry.Tests;

namespace Orion.OpsPanel.Tests;

public sealed class UntracedTests
{
    [Fact]
    public async Task Watching_the_panel_leaves_no_trace_and_so_never_wakes_it()
    {
        using var folder = new TempFolder();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["OTEL_SERVICE_NAME"] = "api",
            ["ConnectionStrings:store"] = $"Data Source={folder.File("store.db")}",
            ["ConnectionStrings:telemetry"] = $"Directory={folder.File("telemetry")}",
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        builder.AddDomainStore();
        builder.AddOpsPanel();
        await using var app = builder.Build();
        app.UseServiceDefaults();
        app.MapGet("/traced", () => "x");
        app.MapOpsPanel();
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var token = await app.Services.GetRequiredService<OpsSessions>().CreateLoginTokenAsync("Tess", "admin", TimeSpan.FromMinutes(5));

        using (var landed = await client.GetAsync($"/admin/ops/login?t={token}"))
        {
            Assert.Equal(HttpStatusCode.OK, landed.StatusCode);
        }

        await using (var stream = await EventStream.OpenAsync(client, "/admin/ops/traces/live"))
        {
            await stream.NextAsync("fragment");
            foreach (var path in new[] { "overview", "traces", "logs", "metrics", "health", "people", "nowhere", "assets/panel.js" })
            {
                using var answer = await client.GetAsync($"/admin/ops/{path}");
            }

            _ = await client.GetStringAsync("/traced");
            Assert.Contains("/traced", (await stream.NextAsync("fragment")).Data, StringComparison.Ordinal);
        }

        await app.Services.GetRequiredService<TelemetrySink>().FlushAsync();
        var reader = app.Services.GetRequiredService<TelemetryReader>();
        Assert.Equal(["/traced"], (await reader.LinesAsync(new TraceQuery())).Items.Select(l => l.Route));
        Assert.DoesNotContain((await reader.LogsAsync(new LogQuery())).Items, l => l.Message.Contains(token, StringComparison.Ordinal));
        await app.StopAsync();
    }
}
