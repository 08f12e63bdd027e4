using Microsoft.Extensions.Logging;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>Lists of log records.</summary>
internal static class LogReads
{
    private const string Shared = """
        l.id, l.skew, l.level, (SELECT value FROM strings WHERE id = l.service), (SELECT value FROM strings WHERE id = l.category),
        l.message, (SELECT value FROM strings WHERE id = l.template), l.exception, l.trace_hi, l.trace_lo, l.span_id, l.correlation_id,
        (SELECT value FROM strings WHERE id = l.tenant), (SELECT keys FROM shapes WHERE id = l.shape), json(l.attributes),
        """;

    public static Page<LogRow> Read(string directory, LogQuery query, ReadLimit limit)
    {
        if (query.MinLevel is < LogLevel.Trace or > LogLevel.Critical)
        {
            throw new ArgumentOutOfRangeException(nameof(query), query.MinLevel,
                "The least level has to be one that a record can have, Trace to Critical.");
        }

        var page = new PageOf("logs l", Columns, TimeRange.Of(query.From, query.To), query.Limit, query.After);
        return Paging.Read(directory, page, filter => Filter(filter, query), Row, parts: null, limit);
    }

    private static void Filter(SegmentFilter filter, LogQuery query)
    {
        if (query.TraceId is { } trace)
        {
            var (high, low) = RowIds.Split(trace);
            filter.Holds($"trace_hi = {high}", SegmentSchema.LogsByTrace);
            filter.Holds($"trace_lo = {low}");
        }

        filter.Is("service", query.Service, SegmentSchema.LogsByService);
        filter.Is("tenant", query.Tenant, SegmentSchema.LogsByTenant);
        filter.Contains("message", query.Text);
        foreach (var attribute in query.Attributes)
        {
            filter.Has(attribute, SegmentSchema.LogsByResource);
        }

        if (query.MinLevel > LogLevel.Trace)
        {
            filter.Holds($"level >= {(int)query.MinLevel}", query.MinLevel switch
            {
                LogLevel.Warning => SegmentSchema.LogsOfWarning,
                LogLevel.Error => SegmentSchema.LogsOfError,
                LogLevel.Critical => SegmentSchema.LogsOfCritical,
                _ => null,
            });
        }
    }

    private static string Columns(long version) => Shared
        + (version < SegmentSchema.SourcesSince
            ? "NULL, NULL, NULL, NULL"
            : "l.resource, l.scope, (SELECT value FROM strings WHERE id = l.severity_text), l.dropped");

    private static LogRow Row(Statement row, SourceReads sources) => new()
    {
        UnixNanos = row.Long(0) - row.Long(1),
        Level = (LogLevel)row.Long(2),
        Service = row.Text(3) ?? "",
        Category = row.Text(4) ?? "",
        Message = row.Text(5) ?? "",
        Template = row.Text(6),
        Exception = row.Text(7),
        TraceId = RowIds.Trace(row.Long(8), row.Long(9)),
        SpanId = RowIds.Span(row.Long(10)),
        CorrelationId = row.Text(11),
        Tenant = row.Text(12),
        Attributes = ValueReader.Read(row.Text(13), row.Text(14)),
        Resource = sources.Resource(row, 15),
        Scope = sources.Scope(row, 16),
        SeverityText = row.Text(17),
        DroppedAttributes = (int)row.Long(18),
    };
}
