using System.Diagnostics;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>Reads span and line rows back into what was handed over.</summary>
internal static class SpanSelect
{
    private const string Shared = """
        s.id, s.skew, s.trace_hi, s.trace_lo, s.span_id, s.parent_id, (SELECT value FROM strings WHERE id = s.service),
        (SELECT value FROM strings WHERE id = s.name), s.kind, s.duration, s.status, s.status_message,
        (SELECT value FROM strings WHERE id = s.error_type), (SELECT value FROM strings WHERE id = s.tenant),
        (SELECT keys FROM shapes WHERE id = s.shape), json(s.attributes),
        """;

    // Columns 16 to 19.
    private const string Sources = "s.resource, s.scope, (SELECT value FROM strings WHERE id = s.trace_state), s.dropped";

    private const string OfLine = """
        , s.line_kind, (SELECT value FROM strings WHERE id = s.surface), (SELECT value FROM strings WHERE id = s.method),
        (SELECT value FROM strings WHERE id = s.route), s.status_code, (SELECT value FROM strings WHERE id = s.outcome),
        (SELECT value FROM strings WHERE id = s.error_code),
        CASE s.correlation_id WHEN '' THEN printf('%016x%016x', s.trace_hi, s.trace_lo) ELSE s.correlation_id END,
        (SELECT value FROM strings WHERE id = s.user)
        """;

    /// <summary>Columns of a span <c>s</c> of a segment of that version, in the order <see cref="Span"/> reads them.</summary>
    public static string OfSpan(long version) => Shared + (version < SegmentSchema.SourcesSince ? "NULL, NULL, NULL, NULL" : Sources);

    /// <summary>Columns of a canonical line <c>s</c>, in the order <see cref="Line"/> reads them.</summary>
    public static string Full(long version) => OfSpan(version) + OfLine;

    public static SpanRow Span(Statement row, SourceReads sources) => Fill(row, sources, new SpanRow
    {
        TraceId = RowIds.Trace(row.Long(2), row.Long(3)),
        SpanId = RowIds.Span(row.Long(4)),
        Service = row.Text(6) ?? "",
        Name = row.Text(7) ?? "",
    });

    public static CanonicalLine Line(Statement row, SourceReads sources) => Fill(row, sources, new CanonicalLine
    {
        TraceId = RowIds.Trace(row.Long(2), row.Long(3)),
        SpanId = RowIds.Span(row.Long(4)),
        Service = row.Text(6) ?? "",
        Name = row.Text(7) ?? "",
        LineKind = row.Long(20) switch { 1 => CanonicalLine.Job, 2 => CanonicalLine.Operation, _ => CanonicalLine.Request },
        Surface = row.Text(21) ?? "other",
        Method = row.Text(22),
        Route = row.Text(23),
        StatusCode = row.IsNull(24) ? null : (int)row.Long(24),
        Outcome = row.Text(25) ?? "ok",
        ErrorCode = row.Text(26),
        CorrelationId = row.Text(27),
        User = row.Text(28),
    }).WithClientWait();

    private static CanonicalLine WithClientWait(this CanonicalLine line)
    {
        line.ClientWaitMs = Array.Find(line.Attributes, a => a.Key == CanonicalLine.ClientWaitKey).Value as long? ?? 0;
        return line;
    }

    private static T Fill<T>(Statement row, SourceReads sources, T span) where T : SpanRow
    {
        span.StartUnixNanos = row.Long(0) - row.Long(1);
        span.ParentSpanId = RowIds.Span(row.Long(5));
        span.Kind = (ActivityKind)row.Long(8);
        span.DurationNanos = row.Long(9);
        span.Status = (SpanStatus)row.Long(10);
        span.StatusMessage = row.Text(11);
        span.ErrorType = row.Text(12);
        span.Tenant = row.Text(13);
        span.Attributes = ValueReader.Read(row.Text(14), row.Text(15));
        span.Resource = sources.Resource(row, 16);
        span.Scope = sources.Scope(row, 17);
        span.TraceState = row.Text(18);
        (span.DroppedAttributes, span.DroppedEvents, span.DroppedLinks) = DroppedParts.Unpack(row.Long(19));
        return span;
    }
}
