using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Logging;

namespace Orion.Telemetry.Logs;

/// <summary>Settings of the log ring and of what the sink keeps of the logs, section <c>Orion:Logs</c>.</summary>
public sealed class LogOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Orion:Logs";

    /// <summary>Least level that reaches ring and sink; the usual <c>Logging:LogLevel</c> filters apply before it.</summary>
    public LogLevel MinLevel { get; set; } = LogLevel.Information;

    /// <summary>Records the ring holds, 10 to 100,000.</summary>
    [Range(10, 100_000, ErrorMessage = "Orion:Logs:RingSize must lie between 10 and 100000.")]
    public int RingSize { get; set; } = 2000;
}
