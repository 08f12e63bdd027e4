using System.Diagnostics;
using Orion.Sink.Rows;

namespace Orion.Telemetry.Waterfalls;

/// <summary>A span in its place.</summary>
/// <param name="Span">The span.</param>
/// <param name="Depth">0 for a root, one more for each parent and for each cause.</param>
public sealed record SpanNode(SpanRow Span, int Depth);

/// <summary>
/// Spans of one or more linked traces as trees, whichever services recorded them: a span hangs under its parent, and one without a stored
/// parent under the first stored span that it links to. Every picture of a trace is a fold over this.
/// </summary>
public static class SpanTree
{
    /// <summary>
    /// Every span once, each before those under it, siblings by start; also when a parent is missing or the data runs in a circle.
    /// </summary>
    public static IReadOnlyList<SpanNode> Of(IEnumerable<SpanRow> spans)
    {
        var ordered = spans.DistinctBy(s => (s.TraceId, s.SpanId)).OrderBy(s => s.StartUnixNanos).ThenByDescending(s => s.DurationNanos)
            .ToList();
        var known = ordered.Select(s => (s.TraceId, s.SpanId)).ToHashSet();
        var over = ordered.ToDictionary(s => s, s => Over(s, known));
        var under = ordered.Where(s => over[s] is not null).ToLookup(s => over[s]!.Value);
        var nodes = new List<SpanNode>(ordered.Count);
        var seen = new HashSet<SpanRow>(ReferenceEqualityComparer.Instance);

        // The second pass finds what a circle of parents or links hides from the first.
        foreach (var root in ordered.Where(s => over[s] is null).Concat(ordered))
        {
            Visit(root, under, seen, nodes);
        }

        return nodes;
    }

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
    private static void Visit(SpanRow root, ILookup<(ActivityTraceId, ActivitySpanId), SpanRow> under, HashSet<SpanRow> seen,
        List<SpanNode> nodes)
    {
        var open = new Stack<SpanNode>([new SpanNode(root, 0)]);
        while (open.TryPop(out var next))
        {
            if (seen.Add(next.Span))
            {
                nodes.Add(next);
                foreach (var child in under[(next.Span.TraceId, next.Span.SpanId)].Reverse())
                {
                    open.Push(new SpanNode(child, next.Depth + 1));
                }
            }
        }
    }
}
