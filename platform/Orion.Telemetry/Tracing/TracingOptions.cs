using System.ComponentModel.DataAnnotations;
using Orion.Sink.ServiceLevels;

namespace Orion.Telemetry.Tracing;

/// <summary>Settings of traces and canonical lines, section <c>Orion:Tracing</c>.</summary>
public sealed class TracingOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Orion:Tracing";

    /// <summary>
    /// Share of unremarkable requests and jobs that are stored, 0 to 1; failed, slow and explicitly kept ones always are. What is left
    /// out still counts in every rollup. OTLP export is not sampled here: the system it goes to does that.
    /// </summary>
    [Range(0.0, 1.0, ErrorMessage = "Orion:Tracing:KeepRate must lie between 0.0 and 1.")]
    public double KeepRate { get; set; } = 1;

    /// <summary>Duration from which a request is stored in any case, 1 ms to 1 h; the public API's p95 limit unless set.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00",
        ErrorMessage = "Orion:Tracing:SlowRequest must lie between 00:00:00.001 and 01:00:00.")]
    public TimeSpan SlowRequest { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Duration from which a job is stored in any case, 1 ms to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00",
        ErrorMessage = "Orion:Tracing:SlowJob must lie between 00:00:00.001 and 01:00:00.")]
    public TimeSpan SlowJob { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Inner spans kept of one request or job, 10 to 100,000; what is beyond is counted on its canonical line.</summary>
    [Range(10, 100_000, ErrorMessage = "Orion:Tracing:MaxSpans must lie between 10 and 100000.")]
    public int MaxSpans { get; set; } = 1000;

    /// <summary>Local traces the ring holds, 10 to 100,000.</summary>
    [Range(10, 100_000, ErrorMessage = "Orion:Tracing:RingSize must lie between 10 and 100000.")]
    public int RingSize { get; set; } = 1000;
}
