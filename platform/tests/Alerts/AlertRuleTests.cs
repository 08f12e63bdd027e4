using System.Runtime.CompilerServices;
using Orion.Sink.Alerts;
using Orion.Sink.Rows;
using Orion.Telemetry.Tests;
using OrionPlatform.Tests;

namespace Orion.Alerts.Tests;

public sealed class AlertRuleTests
{
    [Fact]
    public async Task A_process_that_stops_beating_raises_a_critical_alert_and_resolves_it_when_it_is_back()
    {
        await using var watched = new AlertedSink(ExampleSlos.All);
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
        await using var watched = new AlertedSink(ExampleSlos.All);
        watched.Beat("api-4711", "api");
        await watched.LookAfterAsync(TimeSpan.FromSeconds(60));
        watched.Beat("api-4712", "api");

        Assert.DoesNotContain(await watched.LookAfterAsync(TimeSpan.FromSeconds(10)), a => a.State == AlertState.Firing);
    }

    [Fact]
    public async Task Any_services_failing_requests_raise_an_alert_about_that_service()
    {
        await using var watched = new AlertedSink(ExampleSlos.All);
        watched.Requests(95, TimeSpan.FromMilliseconds(5), SpanStatus.Unset, "shop", CanonicalLine.External);
        Assert.DoesNotContain(await watched.LookAfterAsync(TimeSpan.FromSeconds(1)), a => a.Rule == "service_errors");

        watched.Requests(5, TimeSpan.FromMilliseconds(5), SpanStatus.Error, "shop", CanonicalLine.External);
        var alert = Assert.Single(await watched.LookAfterAsync(TimeSpan.FromSeconds(1)), a => a.Rule == "service_errors");

        Assert.Equal(("shop", "warning"), (alert.Subject, alert.Severity));
        Assert.Contains("of shop's 100 requests and jobs failed", alert.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_budget_that_burns_fast_wakes_somebody_and_stops_doing_so_once_it_burns_no_more()
    {
        await using var watched = new AlertedSink(ExampleSlos.All);
        watched.Requests(1_000, TimeSpan.FromMilliseconds(5), SpanStatus.Unset);
        watched.Requests(20, TimeSpan.FromMilliseconds(5), SpanStatus.Error);

        var alert = Assert.Single(await watched.LookAfterAsync(TimeSpan.FromSeconds(1)), a => a.Rule == "slo_burn_fast");
        Assert.Equal(("public_api_errors_0_1pct", "critical", AlertState.Firing), (alert.Subject, alert.Severity, alert.State));
        Assert.Contains("20 of 1020 were bad over 1 h, 19.6 times", alert.Summary, StringComparison.Ordinal);

        // Hours remember it; the last half of one is good.
        watched.Time.Advance(TimeSpan.FromMinutes(31));
        watched.Requests(1_000, TimeSpan.FromMilliseconds(5), SpanStatus.Unset);
        await watched.LookAfterAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(AlertState.Resolved,
            Assert.Single(await watched.LookAfterAsync(TimeSpan.FromSeconds(31)), a => a.Rule == "slo_burn_fast").State);
    }

    [Fact]
    public async Task A_budget_that_burns_slowly_for_days_is_a_ticket()
    {
        await using var watched = new AlertedSink(ExampleSlos.All);
        for (var hour = 0; hour < 72; hour += 2)
        {
            watched.Requests(999, TimeSpan.FromMilliseconds(5), SpanStatus.Unset);
            watched.Requests(3, TimeSpan.FromMilliseconds(5), SpanStatus.Error);
            watched.Time.Advance(TimeSpan.FromHours(2));
        }

        var fired = await watched.LookAfterAsync(TimeSpan.FromSeconds(1));
        var alert = Assert.Single(fired, a => a.Rule.StartsWith("slo_burn", StringComparison.Ordinal));
        Assert.Equal(("slo_burn_slow", "public_api_errors_0_1pct", "warning"), (alert.Rule, alert.Subject, alert.Severity));
    }

    [Fact]
    public async Task A_handful_of_bad_requests_in_a_quiet_hour_wakes_nobody()
    {
        await using var watched = new AlertedSink(ExampleSlos.All);
        watched.Requests(9, TimeSpan.FromMilliseconds(5), SpanStatus.Error);

        Assert.Empty(await watched.LookAfterAsync(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Every_rule_has_a_runbook()
    {
        await using var watched = new AlertedSink(ExampleSlos.All);

        Assert.NotEmpty(watched.Rules);
        Assert.All(watched.Rules, rule =>
            Assert.True(File.Exists(Path.Combine(Root(), rule.Runbook)), $"{rule.Name} has no runbook at {rule.Runbook}."));
    }

    private static string Root([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", ".."));
}
