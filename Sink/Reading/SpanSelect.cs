using System.Diagnostics;

namespace OrionPlatform.Sink;

/// <summary>Reads span and line rows back into what was handed over.</summary>
internal static class SpanSelect
{
    public const int LineColumns = SharedColumns + 9;

    /// <summary>Columns of a span <c>s</c> in the order <see cref="Span"/> reads them.</summary>
    public const string Shared = """
        s.id, s.skew, s.trace_hi, s.trace_lo, s.span_id, s.parent_id, (SELECT value FROM strings WHERE id = s.service),
        (SELECT value FROM strings WHERE id = s.name), s.kind, s.duration, s.status, s.status_message, (SELECT value FROM strings WHERE id = s.error_type),
        (SELECT value FROM strings WHERE id = s.tenant), (SELECT keys FROM shapes WHERE id = s.shape), json(s.attributes)
        """;

    /// <summary>Columns of a canonical line <c>s</c> in the order <see cref="Line"/> reads them.</summary>
    public const string Full = Shared + """
        , s.line_kind, (SELECT value FROM strings WHERE id = s.surface), (SELECT value FROM strings WHERE id = s.method),
        (SELECT value FROM strings WHERE id = s.route), s.status_code, (SELECT value FROM strings WHERE id = s.outcome),
        (SELECT value FROM strings WHERE id = s.error_code),
        CASE s.correlation_id WHEN '' THEN printf('%016x%016x', s.trace_hi, s.trace_lo) ELSE s.correlation_id END, (SELECT value FROM strings WHERE id = s.user)
        """;

    private const int SharedColumns = 16;

    public static SpanRow Span(Statement row) => Fill(row, new SpanRow
    {
        TraceId = RowIds.Trace(row.Long(2), row.Long(3)),
        SpanId = RowIds.Span(row.Long(4)),
        Service = row.Text(6) ?? "",
        Name = row.Text(7) ?? "",
    });

    public static CanonicalLine Line(Statement row) => Fill(row, new CanonicalLine
    {
        TraceId = RowIds.Trace(row.Long(2), row.Long(3)),
        SpanId = RowIds.Span(row.Long(4)),
        Service = row.Text(6) ?? "",
        Name = row.Text(7) ?? "",
        LineKind = row.Long(16) == 1 ? CanonicalLine.Job : CanonicalLine.Request,
        Surface = row.Text(17) ?? "other",
        Method = row.Text(18),
        Route = row.Text(19),
        StatusCode = row.IsNull(20) ? null : (int)row.Long(20),
        Outcome = row.Text(21) ?? "ok",
        ErrorCode = row.Text(22),
        CorrelationId = row.Text(23),
        User = row.Text(24),
    }).WithClientWait();

    private static CanonicalLine WithClientWait(this CanonicalLine line)
    {
        line.ClientWaitMs = Array.Find(line.Attributes, a => a.Key == CanonicalLine.ClientWaitKey).Value as long? ?? 0;
        return line;
    }

    private static T Fill<T>(Statement row, T span) where T : SpanRow
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
        return span;
    }
}
