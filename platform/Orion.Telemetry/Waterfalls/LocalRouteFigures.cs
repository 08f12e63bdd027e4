using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Waterfalls;

/// <summary>One route or job kind over a set of local traces.</summary>
/// <param name="Name"><c>POST /v1/...</c>, or the kind of a job.</param>
/// <param name="Count">Requests or jobs.</param>
/// <param name="Errors">Failed ones.</param>
/// <param name="P50Ms">Median duration, milliseconds; every percentile is within 1 % of the truth.</param>
/// <param name="P95Ms">95th percentile, milliseconds.</param>
/// <param name="P99Ms">99th percentile, milliseconds.</param>
public sealed record LocalRouteFigures(string Name, long Count, long Errors, double P50Ms, double P95Ms, double P99Ms)
{
    private const double NanosPerMs = 1_000_000;

    /// <summary>
    /// The figures of every route among the traces, the most frequent first. (Over longer times the rollups say the same.)
    /// </summary>
    public static IReadOnlyList<LocalRouteFigures> Of(IEnumerable<LocalTrace> traces) =>
    [
        .. traces.GroupBy(t => t.Line.Name).Select(Fold).OrderByDescending(f => f.Count).ThenBy(f => f.Name, StringComparer.Ordinal),
    ];

    private static LocalRouteFigures Fold(IGrouping<string, LocalTrace> route)
    {
        var durations = new LogHistogram();
        var errors = 0L;
        foreach (var trace in route)
        {
            durations.Add(trace.Line.OwnNanos);
            errors += trace.Line.Status == SpanStatus.Error ? 1 : 0;
        }

        return new LocalRouteFigures(route.Key, durations.Count, errors, durations.Quantile(0.50) / NanosPerMs,
            durations.Quantile(0.95) / NanosPerMs, durations.Quantile(0.99) / NanosPerMs);
    }
}
