using System.Diagnostics;
using OrionPlatform.Sink;

namespace OrionPlatform.ServiceDefaults;

/// <summary>A span with the spans under it, oldest first.</summary>
/// <param name="Span">The span.</param>
/// <param name="Depth">0 for a root.</param>
/// <param name="Children">Those whose parent it is.</param>
public sealed record SpanNode(SpanRow Span, int Depth, IReadOnlyList<SpanNode> Children);

/// <summary>
/// The spans of a trace as one tree, whichever services recorded them. Every view of a trace (waterfall, export, figures) is a fold over it.
/// </summary>
public sealed class SpanTree
{
    // A chain that is deeper goes on as a tree of its own: it may not break the reader's stack.
    private const int MaxDepth = 200;

    private SpanTree(IReadOnlyList<SpanNode> roots) => Roots = roots;

    /// <summary>Spans without a parent among those given, oldest first.</summary>
    public IReadOnlyList<SpanNode> Roots { get; }

    /// <summary>Every node, each before its children.</summary>
    public IEnumerable<SpanNode> All
    {
        get
        {
            var stack = new Stack<SpanNode>(Roots.Reverse());
            while (stack.TryPop(out var node))
            {
                yield return node;
                foreach (var child in node.Children.Reverse())
                {
                    stack.Push(child);
                }
            }
        }
    }

    /// <summary>Builds the tree. A span given twice is in it once; spans that are each other's ancestors become roots.</summary>
    public static SpanTree Of(IEnumerable<SpanRow> spans)
    {
        var byId = new Dictionary<ActivitySpanId, SpanRow>();
        foreach (var span in spans)
        {
            byId.TryAdd(span.SpanId, span);
        }

        var ordered = byId.Values.OrderBy(s => s.StartUnixNanos).ThenBy(s => s.SpanId.ToHexString(), StringComparer.Ordinal).ToList();
        var children = ordered.ToLookup(s => byId.ContainsKey(s.ParentSpanId) ? s.ParentSpanId : default);
        var placed = new HashSet<ActivitySpanId>();
        var roots = children[default].Select(s => Node(s, 0, children, placed)).ToList();

        // What is left hangs on a circle of parents and so on no root.
        foreach (var span in ordered)
        {
            if (!placed.Contains(span.SpanId))
            {
                roots.Add(Node(span, 0, children, placed));
            }
        }

        return new SpanTree(roots);
    }

    private static SpanNode Node(SpanRow span, int depth, ILookup<ActivitySpanId, SpanRow> children, HashSet<ActivitySpanId> placed)
    {
        placed.Add(span.SpanId);
        var under = new List<SpanNode>();
        if (depth < MaxDepth)
        {
            foreach (var child in children[span.SpanId])
            {
                if (!placed.Contains(child.SpanId))
                {
                    under.Add(Node(child, depth + 1, children, placed));
                }
            }
        }

        return new SpanNode(span, depth, under);
    }
}
