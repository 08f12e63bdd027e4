using Orion.Sink.Reading;
using Orion.Sink.Rows;

namespace Orion.Alerts.Rules;

/// <summary>
/// The dead-man's switch: a process that has not beaten for three intervals, judged by another process. One that was replaced (a
/// process of the same service on the same host started after its last beat and is alive) is not missed.
/// </summary>
public sealed class StaleWorkerRule : AlertRule
{
    /// <inheritdoc/>
    public override string Name => "worker_stale";

    /// <inheritdoc/>
    public override string Severity => "critical";

    /// <inheritdoc/>
    public override string Runbook => "docs/runbooks/worker-stale.md";

    /// <summary>Long enough for the processes of a platform that is just starting to beat for the first time.</summary>
    public override TimeSpan For => TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<Finding>> LookAsync(TelemetryReader reader, CancellationToken cancellationToken)
    {
        var all = await reader.HeartbeatsAsync(cancellationToken);
        return [.. all
            .Where(status => !status.Alive && !all.Any(other => Replaces(other, status.Beat)))
            .Select(status => new Finding(
                status.Beat.Worker,
                $"{status.Beat.Worker} (pid {status.Beat.Pid} on {status.Beat.Host}) "
                + $"has not beaten since {status.Beat.Time:yyyy-MM-dd HH:mm:ss} UTC."))];
    }

    private static bool Replaces(HeartbeatStatus other, Heartbeat gone) =>
        other.Alive && other.Beat.Service == gone.Service && other.Beat.Host == gone.Host && other.Beat.StartedAt >= gone.Time;
}
