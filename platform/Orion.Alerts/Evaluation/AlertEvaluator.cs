using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orion.Alerts.Rules;
using Orion.Sink;
using Orion.Sink.Alerts;
using Orion.Sink.Reading;

namespace Orion.Alerts.Evaluation;

/// <summary>
/// Evaluates every rule at every interval and writes what has changed into <c>system_alerts</c>. Of the processes that share a telemetry
/// folder one does; when it has ended, another.
/// </summary>
public sealed class AlertEvaluator(
    IEnumerable<AlertRule> rules,
    TelemetryReader reader,
    TelemetrySink sink,
    IOptions<AlertOptions> options,
    TimeProvider time,
    ILogger<AlertEvaluator> logger) : BackgroundService
{
    /// <summary>Looks once with every rule. A rule that cannot look leaves its alerts as they are.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var open = await reader.AlertsAsync(openOnly: true, limit: 1_000, cancellationToken);
        foreach (var rule in rules)
        {
            try
            {
                var findings = await rule.LookAsync(reader, cancellationToken);
                await WriteAsync(AlertDecision.Decide(rule, [.. open.Where(a => a.Rule == rule.Name)], findings, time.GetUtcNow()), open,
                    cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                logger.LogError(e, "Alert rule {Rule} could not be evaluated.", rule.Name);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (sink.TryLead("alerts"))
                {
                    await LookAsync(stoppingToken);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                logger.LogError(e, "The open alerts could not be read; the watch tries again in {Interval}.", options.Value.Interval);
            }
        }
    }

    private async Task WriteAsync(IReadOnlyList<AlertRow> rows, IReadOnlyList<AlertRow> before, CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            if (!await sink.RaiseAlertAsync(row, cancellationToken))
            {
                logger.LogError("Alert {Rule} on {Subject} could not be stored: {Summary}", row.Rule, row.Subject, row.Summary);
            }

            var was = before.FirstOrDefault(a => a.Rule == row.Rule && a.Subject == row.Subject)?.State;
            if (row.State == AlertState.Firing && was != AlertState.Firing)
            {
                logger.LogWarning("Alert {Rule} fires on {Subject}: {Summary} Runbook: {Runbook}", row.Rule, row.Subject, row.Summary,
                    row.Runbook);
            }
            else if (row.State == AlertState.Resolved && was == AlertState.Firing)
            {
                logger.LogInformation("Alert {Rule} on {Subject} is resolved.", row.Rule, row.Subject);
            }
        }
    }
}
