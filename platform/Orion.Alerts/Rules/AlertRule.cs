using Orion.Sink.Reading;

namespace Orion.Alerts.Rules;

/// <summary>What a rule found wrong, now.</summary>
/// <param name="Subject">What it is about; one alert is kept per rule and subject.</param>
/// <param name="Summary">One sentence with figures.</param>
public sealed record Finding(string Subject, string Summary);

/// <summary>A condition that somebody should hear of. Reads rollups and heartbeats, never raw rows.</summary>
public abstract class AlertRule
{
    /// <summary>Stable name, snake_case.</summary>
    public abstract string Name { get; }

    /// <summary><c>critical</c> or <c>warning</c>.</summary>
    public abstract string Severity { get; }

    /// <summary>Path of the runbook from the repository's root; a test fails when there is none.</summary>
    public abstract string Runbook { get; }

    /// <summary>How long the condition must hold before the alert fires; it is pending until then.</summary>
    public virtual TimeSpan For => TimeSpan.Zero;

    /// <summary>How long the alert stays open after the condition is gone, so that it does not flap.</summary>
    public virtual TimeSpan KeepFiring => TimeSpan.FromSeconds(30);

    /// <summary>Looks once.</summary>
    public abstract Task<IReadOnlyList<Finding>> LookAsync(TelemetryReader reader, CancellationToken cancellationToken);
}
