using Microsoft.Extensions.Options;
using OrionPlatform.Sink;

namespace OrionPlatform.ServiceDefaults;

/// <summary>The latest log records of this process, watchable, joined to traces by trace id; lost on restart.</summary>
public sealed class LogRing(IOptions<LogOptions> options) : Ring<LogRow>(options.Value.RingSize);
