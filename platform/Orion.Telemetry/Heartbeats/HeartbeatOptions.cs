using System.ComponentModel.DataAnnotations;

namespace Orion.Telemetry.Heartbeats;

/// <summary>Settings of heartbeats, section <c>Orion:Heartbeat</c>.</summary>
public sealed class HeartbeatOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Orion:Heartbeat";

    /// <summary>Time between two heartbeats, 1 s to 10 min; a process is stale after three without one.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Orion:Heartbeat:Interval must lie between 00:00:01 and 00:10:00.")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(15);
}
