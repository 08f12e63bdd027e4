using Microsoft.Extensions.Options;
using Orion.Sink.Rows;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Logs;

/// <summary>The latest log records of this process, watchable, joined to traces by trace id; lost on restart.</summary>
public sealed class LogRing(IOptions<LogOptions> options) : Ring<LogRow>(options.Value.RingSize);
