using System.Diagnostics;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>Traces of one open segment, by id.</summary>
internal sealed class SegmentTraces(SegmentReader segment) : IDisposable
{
    private readonly Statement _lines = segment.Database.Prepare(
        $"SELECT {SpanSelect.Full(segment.Version)} FROM canonical_lines s WHERE trace_hi = ? AND trace_lo = ? LIMIT ?");
    private readonly Statement _spans =
        segment.Database.Prepare($"SELECT {SpanSelect.OfSpan(segment.Version)} FROM spans s WHERE s.id IN ({TraceRuns.Ids}) LIMIT ?3");
    private readonly Statement _linked = segment.Database.Prepare($"""
        SELECT linked_hi, linked_lo FROM span_links WHERE trace_hi = ?1 AND trace_lo = ?2
        UNION SELECT k.trace_hi, k.trace_lo FROM span_links k WHERE k.linked_hi = ?1 AND k.linked_lo = ?2 AND NOT EXISTS ({Paint}) LIMIT ?3
        """);
    private readonly Statement _paints = segment.Database.Prepare(
        $"SELECT k.trace_hi, k.trace_lo FROM span_links k WHERE k.linked_hi = ?1 AND k.linked_lo = ?2 "
        + $"AND EXISTS ({Paint}) ORDER BY k.id LIMIT ?3");

    // The line that the link k belongs to, when it is a repaint of a live page.
    private const string Paint = $"""
        SELECT 1 FROM canonical_lines s WHERE s.trace_hi = k.trace_hi AND s.trace_lo = k.trace_lo AND s.span_id = k.span_id
        AND s.surface = (SELECT id FROM strings WHERE value = '{CanonicalLine.Live}')
        """;

    public string Path => segment.Database.Path;

    /// <summary>Adds what this segment holds of the trace, at most <paramref name="limit"/> lines and as many spans.</summary>
    public void Read(ActivityTraceId trace, int limit, List<CanonicalLine> lines, List<SpanRow> spans)
    {
        if (limit <= 0)
        {
            return;
        }

        var (firstLine, firstSpan) = (lines.Count, spans.Count);
        Each(_lines, trace, limit, row => lines.Add(SpanSelect.Line(row, segment.Sources)));
        Each(_spans, trace, limit, row => spans.Add(SpanSelect.Span(row, segment.Sources)));
        SpanParts.Read(segment, [.. lines.Skip(firstLine), .. spans.Skip(firstSpan)]);
    }

    /// <summary>Traces this one links to, and those that link to it; without repaints of live pages.</summary>
    public List<ActivityTraceId> Linked(ActivityTraceId trace, int limit) => Ids(_linked, trace, limit);

    /// <summary>Repaints of live pages that link to this trace, as they were stored. Nothing follows from them.</summary>
    public List<ActivityTraceId> Paints(ActivityTraceId trace, int limit) => Ids(_paints, trace, limit);

    public void Dispose()
    {
        _lines.Dispose();
        _spans.Dispose();
        _linked.Dispose();
        _paints.Dispose();
        segment.Dispose();
    }

    private static List<ActivityTraceId> Ids(Statement statement, ActivityTraceId trace, int limit)
    {
        var ids = new List<ActivityTraceId>();
        Each(statement, trace, limit, row => ids.Add(RowIds.Trace(row.Long(0), row.Long(1))));
        return ids;
    }

    private static void Each(Statement statement, ActivityTraceId trace, int limit, Action<Statement> read)
    {
        var (high, low) = RowIds.Split(trace);
        statement.Bind(1, high).Bind(2, low).Bind(3, (long)limit);
        while (statement.Step())
        {
            read(statement);
        }

        statement.Reset();
    }
}
