using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>Links and events of spans that were just read from a segment, all of them with one query each.</summary>
internal static class SpanParts
{
    // Bounds what one call holds; links and events past it, by the order they were stored in, are left out.
    private const int Most = 10_000;

    public static void Read(SegmentReader segment, IReadOnlyCollection<SpanRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var ofTraces =
            $"trace_hi IN ({string.Join(',', rows.Select(r => RowIds.Split(r.TraceId).High).Distinct())}) ORDER BY id LIMIT {Most}";
        var isEarlier = segment.Version < SegmentSchema.SourcesSince;
        var ofLinks = isEarlier
            ? "NULL, NULL, NULL, NULL"
            : "(SELECT value FROM strings WHERE id = k.trace_state), (SELECT keys FROM shapes WHERE id = k.shape), "
                + "json(attributes), dropped";
        var links = Each(segment.Database,
            $"SELECT trace_hi, trace_lo, span_id, linked_hi, linked_lo, linked_span_id, {ofLinks} FROM span_links k WHERE {ofTraces}",
            row => new SpanLink(RowIds.Trace(row.Long(3), row.Long(4)), RowIds.Span(row.Long(5)))
            {
                TraceState = row.Text(6),
                Attributes = ValueReader.Read(row.Text(7), row.Text(8)),
                DroppedAttributes = (int)row.Long(9),
            });
        var events = Each(segment.Database, $"""
            SELECT trace_hi, trace_lo, span_id, time, (SELECT value FROM strings WHERE id = e.name),
                (SELECT keys FROM shapes WHERE id = e.shape), json(attributes), {(isEarlier ? "NULL" : "dropped")}
            FROM span_events e WHERE {ofTraces}
            """,
            row => new SpanEvent(row.Long(3), row.Text(4) ?? "", ValueReader.Read(row.Text(5), row.Text(6)))
            {
                DroppedAttributes = (int)row.Long(7),
            });
        foreach (var row in rows)
        {
            var (high, low) = RowIds.Split(row.TraceId);
            var key = (high, low, RowIds.Of(row.SpanId));
            row.Links = [.. links[key]];
            row.Events = [.. events[key]];
        }
    }

    private static ILookup<(long High, long Low, long Span), T> Each<T>(Database segment, string sql, Func<Statement, T> read)
    {
        using var rows = segment.Prepare(sql);
        var found = new List<((long, long, long) Key, T Part)>();
        while (rows.Step())
        {
            found.Add(((rows.Long(0), rows.Long(1), rows.Long(2)), read(rows)));
        }

        return found.ToLookup(f => f.Key, f => f.Part);
    }
}
