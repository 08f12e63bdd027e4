using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orion.Store.OpsAccess;
using Orion.Telemetry.Lag;
using Orion.Telemetry.Tests;

namespace Orion.OpsPanel.Tests;

/// <summary>Alone: it blocks the pool that all tests of this process run on.</summary>
[CollectionDefinition(nameof(StallBannerTests), DisableParallelization = true)]
public sealed class StallBannerAlone;

[Collection(nameof(StallBannerTests))]
public sealed class StallBannerTests
{
    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task A_stall_is_on_the_console_everywhere_and_in_Development_on_every_page_and_live_stream(string environment)
    {
        using var folder = new TempFolder();
        var logs = new CapturedLogs();
        await using var app = await StartAsync(folder, environment, logs);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var token = await app.Services.GetRequiredService<OpsSessions>().CreateLoginTokenAsync("Tess", "viewer", TimeSpan.FromMinutes(5));
        using var landed = await client.GetAsync($"/admin/ops/login?t={token}");
        await using var stream = await EventStream.OpenAsync(client, "/admin/ops/traces/live");

        // The test host keeps a thread or two of the pool for itself; among many that is no large share.
        ThreadPool.GetMinThreads(out var least, out var completion);
        ThreadPool.SetMinThreads(Math.Max(least, 16), completion);

        // Each try is a stall of its own, with more requests than the pool has threads by then; the newest may be one that nobody can be
        // blamed for, and on a box that others keep busy nearly all are.
        var report = app.Services.GetRequiredService<LagReport>();
        var page = "";
        await Eventually.TrueAsync(
            async () =>
            {
                await Task.WhenAll(Enumerable.Range(0, ThreadPool.ThreadCount + 16).Select(_ => client.PostAsync("/reports", null)));
                page = await client.GetStringAsync("/admin/ops/logs");
                return environment == "Production"
                    ? report.Recent.Any(s => s.Suspect?.Name == "POST /reports")
                    : page.Contains("likely: POST /reports", StringComparison.Ordinal);
            },
            "a stall blamed on the blocking route",
            TimeSpan.FromMinutes(3));
        ThreadPool.SetMinThreads(least, completion);

        Assert.Contains(logs.Lines, l => l.Message.Contains("thread pool stalled ~", StringComparison.Ordinal)
            && l.Message.Contains(" - likely: POST /reports", StringComparison.Ordinal));
        if (environment == "Production")
        {
            Assert.DoesNotContain("stall-notice", page, StringComparison.Ordinal);
            return;
        }

        Assert.Matches(
            "<div id=\"stall-notice\" class=\"notice\" role=\"status\"><p>thread pool stalled ~\\d+ ms - likely: POST /reports</p></div>",
            page);
        string fragment;
        do
        {
            fragment = (await stream.NextAsync("fragment")).Data;
        }
        while (!fragment.StartsWith("<div id=\"stall-notice\"", StringComparison.Ordinal)
            || !fragment.Contains("likely: POST /reports", StringComparison.Ordinal));

        using var anonymous = new HttpClient { BaseAddress = client.BaseAddress };
        using var login = await anonymous.GetAsync("/admin/ops/logs");
        Assert.DoesNotContain("stall-notice", await login.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<WebApplication> StartAsync(TempFolder folder, string environment, CapturedLogs logs)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["OTEL_SERVICE_NAME"] = "api",
            ["ConnectionStrings:store"] = $"Data Source={folder.File("store.db")}",
            ["ConnectionStrings:telemetry"] = $"Directory={folder.File("telemetry")}",
            ["Orion:Lag:StallThreshold"] = "00:00:00.100",
            ["Orion:Lag:Grace"] = "00:00:00",
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.AddServiceDefaults();
        builder.AddDomainStore();
        builder.AddOpsPanel();
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapPost("/reports", () => Thread.Sleep(300));
        app.MapOpsPanel();
        await app.StartAsync();
        return app;
    }
}
