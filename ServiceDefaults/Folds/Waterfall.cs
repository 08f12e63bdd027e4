using System.Diagnostics;
using OrionPlatform.Sink;

namespace OrionPlatform.OpsPanel;

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
    /// <summary>Folds span trees into bars: a depth-first walk in order of start, over parents within a trace and over links between traces.</summary>
    /// <remarks>Every span becomes exactly one bar, also when its parent is missing or the data runs in a circle.</remarks>
    internal static Waterfall Fold(IEnumerable<TraceData> traces)
    {
        var spans = traces.SelectMany(t => t.Lines.Concat(t.Spans)).DistinctBy(s => (s.TraceId, s.SpanId))
            .OrderBy(s => s.StartUnixNanos).ThenByDescending(s => s.DurationNanos).ToList();
        if (spans.Count == 0)
        {
            return new Waterfall([], DateTimeOffset.UnixEpoch, TimeSpan.Zero, []);
        }

        var start = spans[0].StartUnixNanos;
        var length = Math.Max(1, spans.Max(s => s.StartUnixNanos + s.DurationNanos) - start);
        var ordered = new Walk(spans).Ordered();
        var places = ordered.Select((o, index) => (o.Span, index)).ToDictionary(o => (o.Span.TraceId, o.Span.SpanId), o => o.index);
        return new Waterfall(
            [.. ordered.Select(o => new Bar(
                o.Span,
                o.Depth,
                (double)(o.Span.StartUnixNanos - start) / length,
                (double)o.Span.DurationNanos / length,
                TimeSpan.FromTicks((o.Span.StartUnixNanos - start) / 100),
                o.Span.Links.Select(l => places.TryGetValue((l.TraceId, l.SpanId), out var at) ? at : (int?)null).FirstOrDefault(at => at is not null)))],
            Moment.FromNanos(start),
            TimeSpan.FromTicks(length / 100),
            [.. spans.Select(s => s.Service).Distinct().Order(StringComparer.Ordinal)]);
    }

    /// <summary>Round marks on the time axis, four to eight of them, the first at zero.</summary>
    internal IEnumerable<(double Left, string Label)> Ticks()
    {
        var total = Length.TotalMilliseconds;
        var step = MinuteBuckets.RoundUp(total / 8, 1, 2, 5, 10);
        for (var at = 0.0; total > 0 && at <= total * 0.97; at += step)
        {
            yield return (at / total, Figure.Milliseconds(at));
        }
    }

    /// <summary>Number of a service's color.</summary>
    internal int Color(string service) => Services.TakeWhile(s => s != service).Count() % 8;

    private sealed class Walk
    {
        private readonly List<SpanRow> _spans;
        private readonly ILookup<(ActivityTraceId, ActivitySpanId), SpanRow> _children;
        private readonly HashSet<SpanRow> _seen = [];
        private readonly List<(SpanRow Span, int Depth)> _ordered = [];

        public Walk(List<SpanRow> spans)
        {
            _spans = spans;
            var known = spans.Select(s => (s.TraceId, s.SpanId)).ToHashSet();
            _children = spans.Select(s => (Span: s, Over: Over(s, known))).Where(p => p.Over is not null).ToLookup(p => p.Over!.Value, p => p.Span);
            Roots = [.. spans.Where(s => Over(s, known) is null)];
        }

        private IReadOnlyList<SpanRow> Roots { get; }

        public List<(SpanRow Span, int Depth)> Ordered()
        {
            // The second pass finds what a circle of parents or links hides from the first.
            foreach (var root in Roots.Concat(_spans))
            {
                Visit(root);
            }

            return _ordered;
        }

        // The span a span hangs under: its parent when that is stored, else the first of its links that is.
        private static (ActivityTraceId, ActivitySpanId)? Over(SpanRow span, HashSet<(ActivityTraceId, ActivitySpanId)> known)
        {
            var parent = (span.TraceId, span.ParentSpanId);
            if (span.ParentSpanId != default && known.Contains(parent))
            {
                return parent;
            }

            foreach (var link in span.Links)
            {
                if (known.Contains((link.TraceId, link.SpanId)))
                {
                    return (link.TraceId, link.SpanId);
                }
            }

            return null;
        }

        // A stack of its own: a hostile trace may be as deep as it has spans.
        private void Visit(SpanRow root)
        {
            var open = new Stack<(SpanRow Span, int Depth)>([(root, 0)]);
            while (open.TryPop(out var next))
            {
                if (_seen.Add(next.Span))
                {
                    _ordered.Add(next);
                    foreach (var child in _children[(next.Span.TraceId, next.Span.SpanId)].Reverse())
                    {
                        open.Push((child, next.Depth + 1));
                    }
                }
            }
        }
    }
}
