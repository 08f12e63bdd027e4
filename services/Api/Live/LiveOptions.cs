using System.ComponentModel.DataAnnotations;

namespace OrionPlatform.Api;

/// <summary>What live streams of the public API may take, section <c>Orion:Live</c>.</summary>
internal sealed class LiveOptions
{
    public const string Section = "Orion:Live";

    /// <summary>Streams of one tenant that may be open, 1 to 10,000.</summary>
    [Range(1, 10_000, ErrorMessage = "Orion:Live:MaxStreamsPerTenant must lie between 1 and 10000.")]
    public int MaxStreamsPerTenant { get; set; } = 100;

    /// <summary>Streams of all tenants together, 1 to 10,000.</summary>
    [Range(1, 10_000, ErrorMessage = "Orion:Live:MaxStreams must lie between 1 and 10000.")]
    public int MaxStreams { get; set; } = 1_000;

    /// <summary>How long a stream lasts, 1 s to 1 h; its client comes back and misses nothing.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Orion:Live:Life must lie between 00:00:01 and 01:00:00.")]
    public TimeSpan Life { get; set; } = TimeSpan.FromMinutes(5);
}
