using System.Buffers.Binary;
using Microsoft.Extensions.Options;
using Orion.Sink.Rows;
using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Tracing;

/// <summary>
/// The one place that decides whether a finished request or job is stored: every failed, slow or explicitly kept one, and
/// <see cref="TracingOptions.KeepRate"/> of the rest. What is left out still counts in every rollup.
/// </summary>
internal sealed class KeepDecision(IOptions<TracingOptions> options)
{
    private const double IdSpace = 1L << 56;

    private readonly long _dropBelow = (long)((1 - options.Value.KeepRate) * IdSpace);
    private readonly long _slowRequestNanos = (long)options.Value.SlowRequest.TotalNanoseconds;
    private readonly long _slowJobNanos = (long)options.Value.SlowJob.TotalNanoseconds;

    public bool Keeps(CanonicalLineContext scope) =>
        _dropBelow == 0 || scope.Keep || scope.Failed || scope.Outcome is not ("ok" or "client_error") || IsSlow(scope) || IsChosen(scope);

    private bool IsSlow(CanonicalLineContext scope) => scope.Kind == CanonicalLine.Job
        ? scope.DurationNanos >= _slowJobNanos
        : scope.DurationNanos >= _slowRequestNanos && !CanonicalLine.Waits(scope.Surface);

    /// <summary>By the random end of the trace id, so that every service chooses the same traces.</summary>
    private bool IsChosen(CanonicalLineContext scope)
    {
        Span<byte> end = stackalloc byte[8];
        Convert.FromHexString(scope.Root.TraceId.ToHexString().AsSpan(16), end, out _, out _);
        return (BinaryPrimitives.ReadInt64BigEndian(end) & 0x00FF_FFFF_FFFF_FFFF) >= _dropBelow;
    }
}
