using System.Diagnostics;
using System.Runtime.CompilerServices;
using OrionPlatform.Sink;

namespace OrionPlatform.Watch.Tests;

public sealed class AlertRuleTests
{
    [Fact]
    public async Task A_process_that_stops_beating_raises_a_critical_alert_and_resolves_it_when_it_is_back()
    {
        await using var watched = new WatchedSink();
        watched.Beat("api", "api");
        Assert.Empty(await watched.LookAfterAsync(TimeSpan.FromSeconds(44)));

        await watched.LookAfterAsync(TimeSpan.FromSeconds(2));
        var alert = Assert.Single(await watched.LookAfterAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(("worker_stale", "api", AlertState.Firing, "critical"), (alert.Rule, alert.Subject, alert.State, alert.Severity));

        watched.Beat("api", "api");
        alert = Assert.Single(await watched.LookAfterAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(AlertState.Resolved, alert.State);
    }

    [Fact]
    public async Task A_process_that_was_replaced_is_not_missed()
    {
        await using var watched = new WatchedSink();
        watched.Beat("api-4711", "api");
        await watched.LookAfterAsync(TimeSpan.FromSeconds(60));
        watched.Beat("api-4712", "api");

        Assert.DoesNotContain(await watched.LookAfterAsync(TimeSpan.FromSeconds(10)), a => a.State == AlertState.Firing);
    }

    [Fact]
    public async Task A_slow_public_api_raises_an_alert_with_its_figures()
    {
        await using var watched = new WatchedSink();
        Requests(watched, 200, TimeSpan.FromMilliseconds(400), SpanStatus.Unset);

        await watched.LookAfterAsync(TimeSpan.FromSeconds(1));
        var alerts = await watched.LookAfterAsync(TimeSpan.FromSeconds(30));

        var alert = alerts.Single(a => a.Rule == "api_latency");
        Assert.Equal(("api_latency", "public_api_p95_300ms", AlertState.Firing), (alert.Rule, alert.Subject, alert.State));
        Assert.Contains("200 of the public API's 200 requests", alert.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failing_requests_raise_an_alert_and_a_handful_of_them_does_not()
    {
        await using var watched = new WatchedSink();
        Requests(watched, 50, TimeSpan.FromMilliseconds(5), SpanStatus.Error);
        Assert.DoesNotContain(await watched.LookAfterAsync(TimeSpan.FromSeconds(1)), a => a.Rule == "api_errors");

        Requests(watched, 50, TimeSpan.FromMilliseconds(5), SpanStatus.Error);

        Assert.Contains(await watched.LookAfterAsync(TimeSpan.FromSeconds(1)), a => a.Rule == "api_errors");
    }

    [Fact]
    public async Task Any_services_failing_requests_raise_an_alert_about_that_service()
    {
        await using var watched = new WatchedSink();
        Requests(watched, 95, TimeSpan.FromMilliseconds(5), SpanStatus.Unset, "shop", CanonicalLine.External);
        Assert.DoesNotContain(await watched.LookAfterAsync(TimeSpan.FromSeconds(1)), a => a.Rule == "service_errors");

        Requests(watched, 5, TimeSpan.FromMilliseconds(5), SpanStatus.Error, "shop", CanonicalLine.External);
        var alert = Assert.Single(await watched.LookAfterAsync(TimeSpan.FromSeconds(1)), a => a.Rule == "service_errors");

        Assert.Equal(("shop", "warning"), (alert.Subject, alert.Severity));
        Assert.Contains("of shop's 100 requests and jobs failed", alert.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain(await watched.LookAfterAsync(TimeSpan.FromSeconds(1)), a => a.Rule == "api_errors");
    }

    [Fact]
    public async Task A_budget_that_burns_fast_wakes_somebody_and_stops_doing_so_once_it_burns_no_more()
    {
        await using var watched = new WatchedSink();
        Requests(watched, 1_000, TimeSpan.FromMilliseconds(5), SpanStatus.Unset);
        Requests(watched, 20, TimeSpan.FromMilliseconds(5), SpanStatus.Error);

        var alert = Assert.Single(await watched.LookAfterAsync(TimeSpan.FromSeconds(1)), a => a.Rule == "slo_burn_fast");
        Assert.Equal(("public_api_errors_0_1pct", "critical", AlertState.Firing), (alert.Subject, alert.Severity, alert.State));
        Assert.Contains("20 of 1020 were bad over 1 h, 19.6 times", alert.Summary, StringComparison.Ordinal);

        // Hours remember it; the last half of one is good.
        watched.Time.Advance(TimeSpan.FromMinutes(31));
        Requests(watched, 1_000, TimeSpan.FromMilliseconds(5), SpanStatus.Unset);
        await watched.LookAfterAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(AlertState.Resolved, Assert.Single(await watched.LookAfterAsync(TimeSpan.FromSeconds(31)), a => a.Rule == "slo_burn_fast").State);
    }

    [Fact]
    public async Task A_budget_that_burns_slowly_for_days_is_a_ticket()
    {
        await using var watched = new WatchedSink();
        for (var hour = 0; hour < 72; hour += 2)
        {
            Requests(watched, 999, TimeSpan.FromMilliseconds(5), SpanStatus.Unset);
            Requests(watched, 3, TimeSpan.FromMilliseconds(5), SpanStatus.Error);
            watched.Time.Advance(TimeSpan.FromHours(2));
        }

        var alert = Assert.Single(await watched.LookAfterAsync(TimeSpan.FromSeconds(1)), a => a.Rule.StartsWith("slo_burn", StringComparison.Ordinal));
        Assert.Equal(("slo_burn_slow", "public_api_errors_0_1pct", "warning"), (alert.Rule, alert.Subject, alert.Severity));
    }

    [Fact]
    public async Task A_handful_of_bad_requests_in_a_quiet_hour_wakes_nobody()
    {
        await using var watched = new WatchedSink();
        Requests(watched, 9, TimeSpan.FromMilliseconds(5), SpanStatus.Error);

        Assert.Empty(await watched.LookAfterAsync(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Every_rule_has_a_runbook()
    {
        await using var watched = new WatchedSink();

        Assert.NotEmpty(watched.Rules);
        Assert.All(watched.Rules, rule => Assert.True(File.Exists(Path.Combine(Root(), rule.Runbook)), $"{rule.Name} has no runbook at {rule.Runbook}."));
    }

    private static void Requests(WatchedSink watched, int count, TimeSpan duration, SpanStatus status, string service = "api", string surface = "public")
    {
        for (var i = 0; i < count; i++)
        {
            watched.Sink.Record(new CanonicalLine
            {
                TraceId = ActivityTraceId.CreateRandom(),
                SpanId = ActivitySpanId.CreateRandom(),
                Service = service,
                Name = "GET /v1/things",
                Route = "/v1/things",
                LineKind = CanonicalLine.Request,
                Surface = surface,
                StartUnixNanos = watched.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000,
                DurationNanos = (long)duration.TotalNanoseconds,
                Status = status,
                Outcome = status == SpanStatus.Error ? "error" : "ok",
            });
        }
    }

    private static string Root([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}
