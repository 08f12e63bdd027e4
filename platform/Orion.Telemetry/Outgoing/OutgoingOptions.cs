using System.ComponentModel.DataAnnotations;

namespace Orion.Telemetry.Outgoing;

/// <summary>
/// How outgoing HTTP calls behave: section <c>Orion:Outgoing</c> for every client, <c>Orion:Outgoing:Clients:NAME</c> for one, or
/// <c>services.Configure&lt;OutgoingOptions&gt;("NAME", ...)</c> in code.
/// </summary>
public sealed class OutgoingOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Orion:Outgoing";

    /// <summary>
    /// False leaves the client without retries, timeouts and circuit breaker; correlation and trace context are still carried.
    /// </summary>
    public bool Resilience { get; set; } = true;

    /// <summary>Time for one attempt, 100 ms to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00",
        ErrorMessage = "Orion:Outgoing:AttemptTimeout must lie between 00:00:00.100 and 00:10:00.")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for a call with all its attempts, 100 ms to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00",
        ErrorMessage = "Orion:Outgoing:TotalTimeout must lie between 00:00:00.100 and 01:00:00.")]
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Attempts after the first, 0 to 10; only where a repetition is safe.</summary>
    [Range(0, 10, ErrorMessage = "Orion:Outgoing:Retries must lie between 0 and 10.")]
    public int Retries { get; set; } = 3;

    /// <summary>Median wait before the first retry, 1 ms to 1 min; it doubles with each, with jitter.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00",
        ErrorMessage = "Orion:Outgoing:RetryDelay must lie between 00:00:00.001 and 00:01:00.")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Share of failures that opens the circuit, 0.05 to 1.</summary>
    [Range(0.05, 1.0, ErrorMessage = "Orion:Outgoing:BreakerFailureRatio must lie between 0.05 and 1.")]
    public double BreakerFailureRatio { get; set; } = 0.5;

    /// <summary>Calls within <see cref="BreakerWindow"/> before the share says anything, 2 to 100,000.</summary>
    [Range(2, 100_000, ErrorMessage = "Orion:Outgoing:BreakerMinimumCalls must lie between 2 and 100000.")]
    public int BreakerMinimumCalls { get; set; } = 20;

    /// <summary>Time over which failures are counted, 500 ms to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "01:00:00",
        ErrorMessage = "Orion:Outgoing:BreakerWindow must lie between 00:00:00.500 and 01:00:00.")]
    public TimeSpan BreakerWindow { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the circuit stays open, 500 ms to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "01:00:00",
        ErrorMessage = "Orion:Outgoing:BreakerPause must lie between 00:00:00.500 and 01:00:00.")]
    public TimeSpan BreakerPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => TotalTimeout < AttemptTimeout
        ? [new("Orion:Outgoing:TotalTimeout must not be shorter than Orion:Outgoing:AttemptTimeout.", [nameof(TotalTimeout)])]
        : [];
}
