using Orion.Sink.Rows;
using Orion.Sink.ServiceLevels;

namespace Orion.OpsPanel.Traces;

/// <summary>A canonical line in a few words.</summary>
internal static class LineText
{
    public static string Title(this SpanRow span) =>
        span is CanonicalLine { Method: { } method, Route: { } route } ? $"{method} {route}" : span.Name;

    public static bool Failed(this SpanRow span) =>
        span.Status == SpanStatus.Error || span is CanonicalLine { Outcome: "error" or "timeout" };

    /// <summary>Whether a request took longer than its surface's objective allows 95 of 100 to take.</summary>
    public static bool Slow(this CanonicalLine line, LatencySlo? objective) =>
        objective is not null && line.Surface == objective.Surface && line.OwnNanos / 1e6 >= objective.Limit.TotalMilliseconds;

    /// <summary>Status and outcome: 201, 404 not_found, 500 internal, failed node_gone, ok.</summary>
    public static string Result(this CanonicalLine line) => string.Join(' ', new[]
    {
        line.StatusCode?.ToString(), line.StatusCode is null || line.Outcome is "aborted" or "timeout" ? line.Outcome : null,
        line.ErrorCode,
    }.Where(part => part is not null));

    /// <summary>Class of the mark beside it.</summary>
    public static string Tone(this CanonicalLine line) =>
        line.Failed() ? "bad" : line.Outcome is "client_error" or "aborted" ? "warn" : "good";
}
