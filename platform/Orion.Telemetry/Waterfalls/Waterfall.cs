using Orion.Sink.Reading;
using Orion.Sink.Rows;

namespace Orion.Telemetry.Waterfalls;

/// <summary>One bar of a waterfall.</summary>
/// <param name="Span">The span it stands for.</param>
/// <param name="Depth">How deep it lies: 0 for the story's first roots, one more for each parent and for each cause.</param>
/// <param name="Left">Where it starts, as a share of the whole time axis.</param>
/// <param name="Width">How long it is, as a share of the time axis.</param>
/// <param name="Offset">Time from the start of the axis to its own.</param>
/// <param name="Cause">Index of the bar that caused it by a link, when that is in the picture.</param>
public sealed record Bar(SpanRow Span, int Depth, double Left, double Width, TimeSpan Offset, int? Cause);

/// <summary>A story as bars on one time axis, each parent before its children and each cause before what it caused.</summary>
/// <param name="Bars">The bars, from top to bottom.</param>
/// <param name="Start">Start of the axis: the earliest span's.</param>
/// <param name="Length">Length of the axis.</param>
/// <param name="Services">The services in the story, by name.</param>
public sealed record Waterfall(IReadOnlyList<Bar> Bars, DateTimeOffset Start, TimeSpan Length, IReadOnlyList<string> Services)
{
    /// <summary>How many colors services have.</summary>
    public const int Colors = 8;

    /// <summary>Folds span trees into bars; every span becomes exactly one.</summary>
    public static Waterfall Fold(IEnumerable<TraceData> traces)
    {
        var nodes = SpanTree.Of(traces.SelectMany(t => t.Lines.Concat(t.Spans)));
        if (nodes.Count == 0)
        {
            return new Waterfall([], DateTimeOffset.UnixEpoch, TimeSpan.Zero, []);
        }

        var start = nodes.Min(n => n.Span.StartUnixNanos);
        var length = Math.Max(1, nodes.Max(n => n.Span.StartUnixNanos + n.Span.DurationNanos) - start);
        var places = nodes.Select((n, index) => (n.Span, index)).ToDictionary(n => (n.Span.TraceId, n.Span.SpanId), n => n.index);
        return new Waterfall(
            [.. nodes.Select(n => new Bar(
                n.Span,
                n.Depth,
                (double)(n.Span.StartUnixNanos - start) / length,
                (double)n.Span.DurationNanos / length,
                TimeSpan.FromTicks((n.Span.StartUnixNanos - start) / 100),
                n.Span.Links.Select(l => places.TryGetValue((l.TraceId, l.SpanId), out var at) ? at : (int?)null)
                    .FirstOrDefault(at => at is not null)))],
            DateTimeOffset.UnixEpoch.AddTicks(start / 100),
            TimeSpan.FromTicks(length / 100),
            [.. nodes.Select(n => n.Span.Service).Distinct().Order(StringComparer.Ordinal)]);
    }

    /// <summary>
    /// Round marks on the time axis, four to eight of them, the first at zero: where, as a share of it, and at how many milliseconds.
    /// </summary>
    public IEnumerable<(double Left, double Milliseconds)> Ticks()
    {
        var total = Length.TotalMilliseconds;
        if (total <= 0)
        {
            yield break;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(total / 8)));
        var step = power * (total / 8 / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        for (var at = 0.0; at <= total * 0.97; at += step)
        {
            yield return (at / total, at);
        }
    }

    /// <summary>Number of a service's color, below <see cref="Colors"/>.</summary>
    public int Color(string service) => Services.TakeWhile(s => s != service).Count() % Colors;
}
