using System.ComponentModel.DataAnnotations;

namespace Orion.Alerts;

/// <summary>Settings of alerting, section <c>Orion:Alerts</c>.</summary>
public sealed class AlertOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Orion:Alerts";

    /// <summary>How often the rules are evaluated; 1 second to 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00", ErrorMessage = "Orion:Alerts:Interval must lie between 00:00:01 and 00:05:00.")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests a window must hold before its figures are judged: a percentile of a handful says nothing.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Orion:Alerts:MinRequests must lie between 1 and 1000000.")]
    public int MinRequests { get; set; } = 100;

    /// <summary>Bad requests that the longer window of a burn rate must hold before it is judged.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Orion:Alerts:MinBad must lie between 1 and 1000000.")]
    public int MinBad { get; set; } = 10;

    /// <summary>The window that the API's figures are judged over; 1 minute to 6 hours.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "06:00:00", ErrorMessage = "Orion:Alerts:Window must lie between 00:01:00 and 06:00:00.")]
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Share of failed requests at which the API's error alert opens, 0 to 1.</summary>
    [Range(0.0001, 1.0, ErrorMessage = "Orion:Alerts:ErrorRate must lie between 0.0001 and 1.")]
    public double ErrorRate { get; set; } = 0.05;
}
