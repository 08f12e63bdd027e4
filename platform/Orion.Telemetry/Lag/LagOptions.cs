using System.ComponentModel.DataAnnotations;

namespace Orion.Telemetry.Lag;

/// <summary>Settings of the thread-pool lag monitor, section <c>Orion:Lag</c>.</summary>
public sealed class LagOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Orion:Lag";

    /// <summary>Time between two probes, 5 ms to 1 s. A pool with nothing to do is looked at 20 ms later, after half a second of that
    /// twice a second, and probed at every 25th look only; a request or job that comes to one of its threads ends that at once.</summary>
    [Range(typeof(TimeSpan), "00:00:00.005", "00:00:01", ErrorMessage = "Orion:Lag:Interval must lie between 00:00:00.005 and 00:00:01.")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Lag from which it is reported as a stall, 50 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00",
        ErrorMessage = "Orion:Lag:StallThreshold must lie between 00:00:00.050 and 00:01:00.")]
    public TimeSpan StallThreshold { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Time after the start in which stalls are not reported: everything is compiled then. 0 to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ErrorMessage = "Orion:Lag:Grace must lie between 00:00:00 and 00:10:00.")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Time over which percentiles are taken, 1 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Orion:Lag:Window must lie between 00:00:01 and 00:10:00.")]
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(15);
}
