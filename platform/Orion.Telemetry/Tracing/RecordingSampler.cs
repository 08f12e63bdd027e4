using System.Diagnostics;
using OpenTelemetry.Trace;
using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Tracing;

/// <summary>
/// Has every span recorded, whatever the application's sampler says: that one decides about exports and what the next service is told, and
/// <see cref="KeepDecision"/> about the sink, once the outcome is known. Nothing is recorded inside an untraced request.
/// </summary>
/// <param name="exports">The application's sampler.</param>
internal sealed class RecordingSampler(Sampler exports) : Sampler
{
    private readonly bool _all = exports is AlwaysOnSampler;

    // It reads the first half of a trace id, which is the time here (TraceIds), and would choose by the clock.
    private readonly bool _ratio = exports.Description.Contains(nameof(TraceIdRatioBasedSampler), StringComparison.Ordinal);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        if (CanonicalLineContext.Current is { Untraced: true })
        {
            return new SamplingResult(SamplingDecision.Drop);
        }

        if (_all)
        {
            return new SamplingResult(SamplingDecision.RecordAndSample);
        }

        var result = exports.ShouldSample(_ratio ? Turned(samplingParameters) : samplingParameters);
        return result.Decision == SamplingDecision.Drop
            ? new SamplingResult(SamplingDecision.RecordOnly, result.Attributes, result.TraceStateString)
            : result;
    }

    /// <summary>The same with the random half of the trace id first.</summary>
    private static SamplingParameters Turned(in SamplingParameters given)
    {
        Span<byte> id = stackalloc byte[24];
        given.TraceId.CopyTo(id[..16]);
        id[..8].CopyTo(id[16..]);
        return new SamplingParameters(
            given.ParentContext, ActivityTraceId.CreateFromBytes(id[8..]), given.Name, given.Kind, given.Tags, given.Links);
    }
}
