using System.ComponentModel.DataAnnotations;

namespace Orion.Telemetry.Metrics;

/// <summary>Settings of metrics in the sink, section <c>Orion:Metrics</c>.</summary>
public sealed class MetricsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Orion:Metrics";

    /// <summary>Time between two points of a series, 1 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Orion:Metrics:Interval must lie between 00:00:01 and 00:10:00.")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(15);
}
