using System.Diagnostics;

namespace OrionPlatform.Sink;

/// <summary>Traces of one open segment, by id.</summary>
internal sealed class SegmentTraces(SegmentReader segment) : IDisposable
{
    private readonly Statement _lines = segment.Database.Prepare($"SELECT {SpanSelect.Full} FROM canonical_lines s WHERE trace_hi = ? AND trace_lo = ? LIMIT ?");
    private readonly Statement _spans = segment.Database.Prepare($"SELECT {SpanSelect.Shared} FROM spans s WHERE s.id IN ({TraceRuns.Ids}) LIMIT ?3");
    private readonly Statement _linked = segment.Database.Prepare("""
        SELECT linked_hi, linked_lo FROM span_links WHERE trace_hi = ?1 AND trace_lo = ?2
        UNION SELECT trace_hi, trace_lo FROM span_links WHERE linked_hi = ?1 AND linked_lo = ?2 LIMIT ?3
        """);

    public string Path => segment.Database.Path;

    /// <summary>Adds what this segment holds of the trace, at most <paramref name="limit"/> lines and as many spans.</summary>
    public void Read(ActivityTraceId trace, int limit, List<CanonicalLine> lines, List<SpanRow> spans)
    {
        if (limit <= 0)
        {
            return;
        }

        var (firstLine, firstSpan) = (lines.Count, spans.Count);
        Each(_lines, trace, limit, row => lines.Add(SpanSelect.Line(row)));
        Each(_spans, trace, limit, row => spans.Add(SpanSelect.Span(row)));
        SpanParts.Read(segment.Database, [.. lines.Skip(firstLine), .. spans.Skip(firstSpan)]);
    }

    /// <summary>Traces this one links to, and those that link to it.</summary>
    public List<ActivityTraceId> Linked(ActivityTraceId trace, int limit)
    {
        var linked = new List<ActivityTraceId>();
        Each(_linked, trace, limit, row => linked.Add(RowIds.Trace(row.Long(0), row.Long(1))));
        return linked;
    }

    public void Dispose()
    {
        _lines.Dispose();
        _spans.Dispose();
        _linked.Dispose();
        segment.Dispose();
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
