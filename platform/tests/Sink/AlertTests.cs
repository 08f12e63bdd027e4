using Orion.Sink.Alerts;

namespace Orion.Sink.Tests;

public sealed class AlertTests
{
    [Fact]
    public async Task An_open_alert_is_updated_in_place_and_keeps_what_people_noted_on_it()
    {
        await using var test = new TestSink();
        Assert.True(await test.Sink.RaiseAlertAsync(Alert(test)));
        Assert.True(await test.Sink.AcknowledgeAlertAsync("latency", "api", "ops@desk", test.Time.GetUtcNow().AddHours(1)));
        var opened = test.Time.GetUtcNow();
        test.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await test.Sink.RaiseAlertAsync(Alert(test) with { Summary = "worse", Severity = "critical" }));

        var alert = Assert.Single(await test.Reader.AlertsAsync());
        Assert.Equal(("worse", "critical", AlertState.Firing), (alert.Summary, alert.Severity, alert.State));
        Assert.Equal((opened, opened, opened.AddMinutes(1)), (alert.OpenedAt, alert.FiringAt, alert.UpdatedAt));
        Assert.Equal(("ops@desk", opened, opened.AddHours(1)), (alert.AcknowledgedBy, alert.AcknowledgedAt, alert.SilencedUntil));
    }

    [Fact]
    public async Task A_resolved_alert_is_history_and_the_next_one_is_new()
    {
        await using var test = new TestSink();
        await test.Sink.RaiseAlertAsync(Alert(test) with { State = AlertState.Pending });
        Assert.Null((await test.Reader.AlertsAsync()).Single().FiringAt);
        Assert.True(await test.Sink.ResolveAlertAsync("latency", "api"));
        Assert.False(await test.Sink.ResolveAlertAsync("latency", "api"));
        Assert.False(await test.Sink.AcknowledgeAlertAsync("latency", "api", "someone"));
        test.Time.Advance(TimeSpan.FromMinutes(1));
        await test.Sink.RaiseAlertAsync(Alert(test));

        Assert.Single(await test.Reader.AlertsAsync());
        var all = await test.Reader.AlertsAsync(openOnly: false);
        Assert.Equal([AlertState.Firing, AlertState.Resolved], all.Select(a => a.State));
        Assert.NotNull(all[1].ResolvedAt);
    }

    [Fact]
    public async Task Two_processes_see_one_alert()
    {
        await using var test = new TestSink();
        await using var worker = test.Open("worker");
        await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(i => (i % 2 == 0 ? test.Sink : worker).RaiseAlertAsync(Alert(test) with { Summary = $"{i}" })));

        Assert.Single(await test.Reader.AlertsAsync(openOnly: false));
    }

    private static AlertRow Alert(TestSink test) => new()
    {
        Rule = "latency",
        Subject = "api",
        Severity = "warning",
        Summary = "slow",
        OpenedAt = test.Time.GetUtcNow(),
        UpdatedAt = test.Time.GetUtcNow(),
    };
}
