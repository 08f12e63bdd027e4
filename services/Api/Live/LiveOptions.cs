namespace OrionPlatform.Api;

/// <summary>What live streams of the public API may take, section <c>Orion:Live</c>.</summary>
internal sealed class LiveOptions
{
    public const string Section = "Orion:Live";

    /// <summary>Streams of one tenant that may be open, 1 to 10,000.</summary>
    public int MaxStreamsPerTenant { get; set; } = 100;

    /// <summary>Streams of all tenants together, 1 to 10,000.</summary>
    public int MaxStreams { get; set; } = 1_000;

    /// <summary>How long a stream lasts, 1 s to 1 h; its client comes back and misses nothing.</summary>
    public TimeSpan Life { get; set; } = TimeSpan.FromMinutes(5);

    public static bool Valid(LiveOptions o) =>
        o.MaxStreamsPerTenant is >= 1 and <= 10_000 && o.MaxStreams is >= 1 and <= 10_000 && o.Life >= TimeSpan.FromSeconds(1)
            && o.Life <= TimeSpan.FromHours(1);
}
