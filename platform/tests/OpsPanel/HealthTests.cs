using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orion.OpsPanel.Health;
using Orion.OpsPanel.Live;
using Orion.OpsPanel.Shell;
using Orion.Sink;
using Orion.Sink.Otlp;
using Orion.Sink.Reading;
using Orion.Sink.Rollups;
using Orion.Sink.Sql;
using Orion.Store.OpsAccess;
using Orion.Telemetry.Lag;
using Orion.Telemetry.Tests;
using Orion.Telemetry.Tracing;

namespace Orion.OpsPanel.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task Every_process_is_there_and_a_silent_one_is_stale()
    {
        await using var host = await PanelHost.StartAsync();
        host.Sink.Record(Rows.Beat("api", DateTimeOffset.UtcNow) with { GcPauseMs = 10_800 });
        host.Sink.Record(Rows.Beat("worker", DateTimeOffset.UtcNow.AddMinutes(-5)));
        await host.Sink.FlushAsync();
        var html = await (await host.SignInAsync("viewer")).GetStringAsync("/admin/ops/health");

        var (api, worker) = (Row(html, "process-api-1"), Row(html, "process-worker-1"));
        Assert.Contains("healthy", api, StringComparison.Ordinal);
        Assert.Contains(">0.1 %<", api, StringComparison.Ordinal); // 10.8 s of three hours.
        Assert.Contains("61.5 MiB", api, StringComparison.Ordinal);
        Assert.Contains(">37.5 %<", api, StringComparison.Ordinal);
        Assert.All(["0.3 ms", "0.4 ms", "2.1 ms"], lag => Assert.Contains($">{lag}<", api, StringComparison.Ordinal));
        Assert.Contains("stale", worker, StringComparison.Ordinal);
        Assert.Contains("for 4 min", worker, StringComparison.Ordinal);
        Assert.Contains($"{SqliteEngine.Version}", html, StringComparison.Ordinal);
        Assert.Contains(DateTimeOffset.UtcNow.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), html,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_heard_over_OTLP_is_told_and_where_nobody_is_how_to_set_it_up()
    {
        await using var host = await PanelHost.StartAsync();
        var viewer = await host.SignInAsync("viewer");
        Assert.Contains("No process has sent telemetry over OTLP in the last day", await viewer.GetStringAsync("/admin/ops/health"),
            StringComparison.Ordinal);

        host.Sink.Record(Rows.Heard("worker-1"));
        host.Sink.Record(Rows.Heard("<b>bold</b>", host: ""));
        await host.Sink.FlushAsync();
        var html = "";
        await Eventually.TrueAsync(
            async () => (html = await viewer.GetStringAsync("/admin/ops/health")).Contains("heard-2", StringComparison.Ordinal),
            "both processes are in the block");
        Assert.DoesNotContain("<b>bold", html, StringComparison.Ordinal);
        Assert.All(["worker-1", "machine-2", ">second<", ">heard<", ">7<"], text =>
            Assert.Contains(text, Row(html, "heard-1"), StringComparison.Ordinal));
        Assert.DoesNotContain("silent</span>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_unheard_for_three_times_its_usual_gap_is_silent_and_a_key_of_many_hides_no_other()
    {
        using var host = new PainterHost();
        var now = DateTimeOffset.UnixEpoch.AddDays(20_000);
        OtlpProcess Process(long id, string sender, int minutesAgo, int gap = 0) => new()
        {
            Id = id,
            Sender = sender,
            Service = "worker",
            Instance = $"worker-{id}",
            Host = "",
            FirstHeard = now.AddHours(-5),
            LastHeard = now.AddMinutes(-minutesAgo),
            UsualGap = TimeSpan.FromMinutes(gap),
            Spans = 1,
            MetricPoints = 2,
            LogRecords = 3,
        };
        var html = await host.Painter.RenderAsync<HeardTable>(
            ("Id", "x"),
            ("Processes", (OtlpProcess[])
            [
                Process(1, "a", 4), Process(2, "a", 4, gap: 2), Process(3, "b", 600),
                .. Enumerable.Range(100, 70).Select(i => Process(i, "many", 0)),
            ]),
            ("Now", now));

        Assert.Contains("2 silent", html, StringComparison.Ordinal);
        Assert.Contains(">silent<", Row(html, "heard-1"), StringComparison.Ordinal);
        Assert.Contains(">heard<", Row(html, "heard-2"), StringComparison.Ordinal);
        Assert.Contains("10 h ago", Row(html, "heard-3"), StringComparison.Ordinal);
        Assert.Contains("20 more are in the table otlp_processes", html, StringComparison.Ordinal);
        Assert.Equal(53, html.Split("<tr id=").Length - 1);
    }

    [Fact]
    public async Task What_the_quota_removed_and_that_there_is_no_room_left_is_said()
    {
        await using var host = await PanelHost.StartAsync();
        var viewer = await host.SignInAsync("viewer");

        // Midnight: the minutes that pass below, one a look, must not come to the next day, which would be removed for the quota as well.
        var time = new FakeTimeProvider(new DateTimeOffset(DateTime.UtcNow.Date.AddDays(-2), TimeSpan.Zero));
        var first = time.GetUtcNow().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var small = new TelemetrySinkOptions { Directory = host.TelemetryFolder, Process = "filler", QuotaBytes = 2 * 1024 * 1024 };
        await using var filler = new TelemetrySink(small, time);
        async Task<string> FillAsync(TimeSpan then)
        {
            for (var i = 0; i < 3_000; i++)
            {
                var line = Rows.Request(time.GetUtcNow(), 3);
                line.Attributes = [new("padding", new string('x', 1_000))];
                filler.Record(line);
            }

            await filler.FlushAsync();
            time.Advance(then);
            await filler.FlushAsync();
            return await viewer.GetStringAsync("/admin/ops/health");
        }

        Assert.DoesNotContain("quota", await viewer.GetStringAsync("/admin/ops/health"), StringComparison.OrdinalIgnoreCase);
        await FillAsync(TimeSpan.FromDays(2));
        var removed = new Regex($"Removed for the quota</dt>\\s*<dd>up to {first}<", RegexOptions.None, TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(
            async () => await FillAsync(TimeSpan.FromMinutes(1)) is var page && removed.IsMatch(page)
                && page.Contains("Today's rows alone exceed it", StringComparison.Ordinal),
            "the panel says what went for the quota, and that today alone is too much");
    }

    [Fact]
    public async Task The_serving_process_tells_its_own_lag_circuits_and_settings()
    {
        using var folder = new TempFolder();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["OTEL_SERVICE_NAME"] = "api",
            ["ConnectionStrings:store"] = $"Data Source={folder.File("store.db")}",
            ["ConnectionStrings:telemetry"] = $"Directory={folder.File("telemetry")}",
            ["Orion:Tracing:SlowRequest"] = "00:00:02",
            ["Orion:Tracing:SlowJob"] = "00:00:09",
            ["Orion:Tracing:RingSize"] = "77",
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
        var token = await app.Services.GetRequiredService<OpsSessions>().CreateLoginTokenAsync("Tess", "viewer", TimeSpan.FromMinutes(5));
        using var landed = await client.GetAsync($"/admin/ops/login?t={token}");
        _ = await client.GetStringAsync("/traced");
        using var outgoing = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("billing");
        _ = await outgoing.GetStringAsync(new Uri(client.BaseAddress, "/traced"));
        await Eventually.TrueAsync(() => app.Services.GetRequiredService<LagReport>().Figures.Samples > 0, "the pool's lag was measured");

        var ring = app.Services.GetRequiredService<TraceRing>();
        await Eventually.TrueAsync(() => ring.Version >= 2, "both requests are in the ring");

        // Between one version and the next the picture is the same: the tab itself is asked, not the cache.
        var tab = app.Services.GetServices<ITab>().Single(t => t.Section == "health");
        var painting = await tab.PaintAsync(new HealthView(), "/admin/ops", CancellationToken.None);

        Assert.DoesNotContain("not measured yet", painting["hl-vitals"], StringComparison.Ordinal);
        Assert.Contains("this api process", painting["hl-vitals"], StringComparison.Ordinal);
        Assert.Contains("GET /traced", painting["hl-routes"], StringComparison.Ordinal);
        Assert.Contains("billing", painting["hl-circuits"], StringComparison.Ordinal);
        Assert.Contains("closed", painting["hl-circuits"], StringComparison.Ordinal);
        Assert.Contains("from 2 s", painting["hl-telemetry"], StringComparison.Ordinal);
        Assert.Contains("from 9 s", painting["hl-telemetry"], StringComparison.Ordinal);
        Assert.Contains($"{ring.Version} of 77", painting["hl-telemetry"], StringComparison.Ordinal);
        await app.StopAsync();
    }

    [Fact]
    public async Task What_was_lost_is_told_by_process_and_stream_with_its_reason()
    {
        using var host = new PainterHost();
        var html = await host.Painter.RenderAsync<LossByProcess>(
            ("Id", "x"),
            ("Losses", new[] { new LossRow("api", "lines", 100, 80, 5, 12, 3), new LossRow("worker", "logs", 7, 7, 0, 0, 0) }),
            ("Reasons", new[] { new LossReason("api", "lines", "buffer_full", 10), new LossReason("api", "lines", "killed", 2) }));

        Assert.Contains("12 lost", html, StringComparison.Ordinal);
        Assert.Contains("buffer full 10, killed 2", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_check_of_the_rollups_is_told_with_what_it_found()
    {
        using var host = new PainterHost();
        var now = DateTimeOffset.UnixEpoch.AddDays(20_000);
        var day = DateOnly.FromDateTime(now.UtcDateTime).AddDays(-1);
        var html = await host.Painter.RenderAsync<RollupChecks>(
            ("Id", "x"),
            ("Checks", new[]
            {
                new RollupDayCheck("api", day, now.AddHours(-2), 1440, 3, false),
                new RollupDayCheck("worker", day, now.AddHours(-2), 0, 0, false),
            }),
            ("Now", now));

        Assert.Contains("not what the raw rows say", html, StringComparison.Ordinal);
        (string, string)[] cells =
        [
            ("check-api", "2024-10-03"), ("check-api", "2 h ago"), ("check-api", "1,440"), ("check-api", ">3<"),
            ("check-worker", "raw rows incomplete"),
        ];
        foreach (var (id, expected) in cells)
        {
            Assert.Contains(expected, Row(html, id), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_stalls_credits_are_one_whole_and_its_suspect_is_named()
    {
        var stall = new Stall
        {
            Length = TimeSpan.FromMilliseconds(480),
            At = DateTimeOffset.UnixEpoch,
            Cause = StallCause.Pool,
            Credits = [new StallCredit("POST /reports", 0.7, "api.reports.render"), new StallCredit("GET /other", 0.05, null)],
            Gc = 0.1,
            Host = 0.02,
            Unattributed = 0.03,
            Idle = 0.06,
            Suspect = new StallCredit("POST /reports", 0.7, "api.reports.render"),
        };
        var shares = StallShares.Of(stall);
        Assert.Equal(1, shares.Sum(s => s.Share), 6);
        Assert.Equal(
            ["POST /reports (api.reports.render)", "GET /other", "others", "garbage collection", "machine", "unattributed", "idle"],
            shares.Select(s => s.Name));
        Assert.Equal(shares.Skip(1).Select(s => s.From), shares.SkipLast(1).Select(s => s.From + s.Share));

        using var host = new PainterHost();
        var local = new LocalVitals
        {
            Process = "api-2",
            StartedAt = DateTimeOffset.UnixEpoch,
            Lag = null,
            Stalls = 3,
            Suspects =
            [
                new LagSuspect("POST /reports", 3, TimeSpan.FromSeconds(1.5), TimeSpan.FromMilliseconds(480), DateTimeOffset.UnixEpoch, 1),
            ],
            RecentStalls = [stall],
            Utilization = 0,
            Circuits = [],
            Rings = [],
            Tracing = new TracingOptions(),
            RedactionFailures = 0,
        };
        var suspects =
            await host.Painter.RenderAsync<StallSuspects>(("Id", "x"), ("Local", local), ("Now", DateTimeOffset.UnixEpoch.AddMinutes(2)));
        foreach (var expected in new[] { "POST /reports", "480 ms", "1.5 s", "2 min ago", "this api-2 process" })
        {
            Assert.Contains(expected, suspects, StringComparison.Ordinal);
        }

        var stalls =
            await host.Painter.RenderAsync<StallList>(("Id", "x"), ("Local", local), ("Now", DateTimeOffset.UnixEpoch.AddMinutes(2)));
        Assert.Contains("thread pool stalled ~480 ms - likely: POST /reports (api.reports.render)", stalls, StringComparison.Ordinal);
        Assert.Contains("The last 1 of 3.", stalls, StringComparison.Ordinal);
    }

    private static string Row(string html, string id)
    {
        var start = html.IndexOf($"<tr id=\"{id}\"", StringComparison.Ordinal);
        Assert.True(start >= 0, $"{id} is not there");
        return WebUtility.HtmlDecode(html[start..html.IndexOf("</tr>", start, StringComparison.Ordinal)]);
    }

    private sealed class PainterHost : IDisposable
    {
        private readonly ServiceProvider _services = new ServiceCollection().AddLogging().AddSingleton<HtmlPainter>()
            .BuildServiceProvider();

        public HtmlPainter Painter => _services.GetRequiredService<HtmlPainter>();

        public void Dispose() => _services.Dispose();
    }
}
