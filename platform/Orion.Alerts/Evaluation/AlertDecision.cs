using Orion.Alerts.Rules;
using Orion.Sink.Alerts;

namespace Orion.Alerts.Evaluation;

/// <summary>The state machine of one rule's alerts: what is to be written, given what is open and what was found.</summary>
/// <remarks>
/// A pure function of the stored alerts, so it goes on where it was after a restart, in <c>pending</c> as in <c>firing</c>. inactive ->
/// pending (condition holds) -> firing (held for <see cref="AlertRule.For"/>) -> resolved (gone for <see cref="AlertRule.KeepFiring"/>); a
/// pending alert whose condition goes is resolved at once, and was never announced.
/// </remarks>
public static class AlertDecision
{
    /// <summary>The rows to write for <paramref name="rule"/>.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="open">Its alerts that are not resolved.</param>
    /// <param name="findings">What it found now.</param>
    /// <param name="now">The time of the look.</param>
    public static IReadOnlyList<AlertRow> Decide(AlertRule rule, IReadOnlyList<AlertRow> open, IReadOnlyList<Finding> findings,
        DateTimeOffset now) =>
        [.. findings.Select(finding => Raise(rule, open.FirstOrDefault(a => a.Subject == finding.Subject), finding, now)),
            .. open.Where(alert => findings.All(f => f.Subject != alert.Subject) && IsOver(rule, alert, now))
                .Select(alert => alert with { State = AlertState.Resolved, ResolvedAt = now })];

    private static AlertRow Raise(AlertRule rule, AlertRow? open, Finding finding, DateTimeOffset now)
    {
        var openedAt = open?.OpenedAt ?? now;
        var firing = open?.State == AlertState.Firing || now - openedAt >= rule.For;
        return new AlertRow
        {
            Rule = rule.Name,
            Subject = finding.Subject,
            Severity = rule.Severity,
            Summary = finding.Summary,
            Runbook = rule.Runbook,
            OpenedAt = openedAt,
            UpdatedAt = now,
            State = firing ? AlertState.Firing : AlertState.Pending,
            FiringAt = firing ? open?.FiringAt ?? now : null,
        };
    }

    /// <summary>UpdatedAt is the last time the condition was seen to hold.</summary>
    private static bool IsOver(AlertRule rule, AlertRow alert, DateTimeOffset now) =>
        alert.State == AlertState.Pending || now - alert.UpdatedAt >= rule.KeepFiring;
}
