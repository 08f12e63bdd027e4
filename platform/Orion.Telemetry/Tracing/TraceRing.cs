using Microsoft.Extensions.Options;
using Orion.Sink.Rows;

namespace Orion.Telemetry.Tracing;

/// <summary>A finished request or job of this process with its inner spans, clean.</summary>
/// <param name="Line">Its canonical line, which is its root span.</param>
/// <param name="Spans">Its inner spans, in the order in which they ended.</param>
public sealed record LocalTrace(CanonicalLine Line, IReadOnlyList<SpanRow> Spans);

/// <summary>The latest local traces of this process, watchable; lost on restart.</summary>
public sealed class TraceRing(IOptions<TracingOptions> options) : Ring<LocalTrace>(options.Value.RingSize);
