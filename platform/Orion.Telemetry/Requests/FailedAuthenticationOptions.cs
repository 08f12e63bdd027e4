using System.ComponentModel.DataAnnotations;

namespace Orion.Telemetry.Requests;

/// <summary>How many failed authentications an address may cause, section <c>Orion:FailedAuthentication</c>.</summary>
public sealed class FailedAuthenticationOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Orion:FailedAuthentication";

    /// <summary>Failures that an address may cause at once, 1 to 10,000; those after them are throttled.</summary>
    [Range(1, 10_000, ErrorMessage = "Orion:FailedAuthentication:Burst must lie between 1 and 10000.")]
    public int Burst { get; set; } = 20;

    /// <summary>Time after which it may cause one more, 10 ms to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00",
        ErrorMessage = "Orion:FailedAuthentication:Interval must lie between 00:00:00.010 and 01:00:00.")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Addresses that are told apart, 16 to 1,000,000; beyond them new ones share one budget.</summary>
    [Range(16, 1_000_000, ErrorMessage = "Orion:FailedAuthentication:MaxAddresses must lie between 16 and 1000000.")]
    public int MaxAddresses { get; set; } = 10_000;
}
