using Orion.Alerts.Evaluation;
using Orion.Alerts.Rules;
using Orion.Sink.Alerts;

namespace Orion.Alerts.Tests;

public sealed class AlertDecisionTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly Finding s_finding = new("api-1", "api-1 has not beaten.");
    private readonly StaleWorkerRule _rule = new();

    [Fact]
    public void A_condition_is_pending_until_it_has_held_long_enough()
    {
        var first = Assert.Single(AlertDecision.Decide(_rule, [], [s_finding], s_now));
        Assert.Equal(AlertState.Pending, first.State);
        Assert.Null(first.FiringAt);

        var justBefore = Assert.Single(AlertDecision.Decide(_rule, [first], [s_finding], s_now + _rule.For - TimeSpan.FromMilliseconds(1)));
        Assert.Equal(AlertState.Pending, justBefore.State);

        var then = Assert.Single(AlertDecision.Decide(_rule, [justBefore], [s_finding], s_now + _rule.For));
        Assert.Equal(AlertState.Firing, then.State);
        Assert.Equal(s_now, then.OpenedAt);
        Assert.Equal(s_now + _rule.For, then.FiringAt);
    }

    [Fact]
    public void A_pending_alert_whose_condition_goes_away_never_fires()
    {
        var pending = Assert.Single(AlertDecision.Decide(_rule, [], [s_finding], s_now));

        var over = Assert.Single(AlertDecision.Decide(_rule, [pending], [], s_now.AddSeconds(5)));

        Assert.Equal(AlertState.Resolved, over.State);
        Assert.Null(over.FiringAt);
    }

    [Fact]
    public void A_firing_alert_does_not_flap_while_its_condition_comes_and_goes()
    {
        var firing = Firing(s_now);

        Assert.Empty(AlertDecision.Decide(_rule, [firing], [], s_now + _rule.KeepFiring - TimeSpan.FromMilliseconds(1)));
        var again = Assert.Single(AlertDecision.Decide(_rule, [firing], [s_finding], s_now + _rule.KeepFiring));
        Assert.Equal(AlertState.Firing, again.State);
        Assert.Equal(firing.FiringAt, again.FiringAt);

        var over = Assert.Single(AlertDecision.Decide(_rule, [again], [], again.UpdatedAt + _rule.KeepFiring));
        Assert.Equal(AlertState.Resolved, over.State);
    }

    [Fact]
    public void Each_subject_has_an_alert_of_its_own()
    {
        var rows = AlertDecision.Decide(_rule, [Firing(s_now)], [new Finding("worker-1", "gone")], s_now + _rule.KeepFiring);

        Assert.Equal([("api-1", AlertState.Resolved), ("worker-1", AlertState.Pending)], rows.Select(r => (r.Subject, r.State)).Order());
    }

    private AlertRow Firing(DateTimeOffset at) => new()
    {
        Rule = _rule.Name,
        Subject = "api-1",
        Severity = "critical",
        Summary = "gone",
        OpenedAt = at - _rule.For,
        UpdatedAt = at,
        FiringAt = at,
        State = AlertState.Firing,
    };
}
