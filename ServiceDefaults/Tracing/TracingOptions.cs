using System.ComponentModel.DataAnnotations;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Settings of traces and canonical lines, section <c>Orion:Tracing</c>.</summary>
public sealed class TracingOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Orion:Tracing";

    /// <summary>Inner spans kept of one request or job, 10 to 100,000; what is beyond is counted on its canonical line.</summary>
    [Range(10, 100_000)]
    public int MaxSpans { get; set; } = 1000;

    /// <summary>Local traces the ring holds, 10 to 100,000.</summary>
    [Range(10, 100_000)]
    public int RingSize { get; set; } = 1000;
}
