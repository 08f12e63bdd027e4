using Microsoft.Extensions.Logging;

namespace OrionPlatform.Sink;

/// <summary>Lists of log records.</summary>
internal static class LogReads
{
    private const string Columns = """
        l.id, l.skew, l.level, (SELECT value FROM strings WHERE id = l.service), (SELECT value FROM strings WHERE id = l.category), l.message,
        (SELECT value FROM strings WHERE id = l.template), l.exception, l.trace_hi, l.trace_lo, l.span_id, l.correlation_id,
        (SELECT value FROM strings WHERE id = l.tenant), (SELECT keys FROM shapes WHERE id = l.shape), l.attributes
        """;

    public static Page<LogRow> Read(string directory, LogQuery query, CancellationToken cancellationToken) => Paging.Read(
        directory, TimeRange.Of(query.From, query.To), query.Limit, query.After, (database, idConditions) => Select(database, query, idConditions), Row, cancellationToken);

    private static Statement Select(Database database, LogQuery query, string idConditions)
    {
        var conditions = new List<string>();
        if (query.Service is not null)
        {
            conditions.Add("service = (SELECT id FROM strings WHERE value = ?1)");
        }

        if (query.MinLevel > LogLevel.Trace)
        {
            conditions.Add($"level >= {(int)query.MinLevel}");
        }

        if (query.Text is not null)
        {
            conditions.Add(@"message LIKE ?2 ESCAPE '\'");
        }

        if (query.TraceId is { } trace)
        {
            var (high, low) = RowIds.Split(trace);
            conditions.Add($"trace_hi = {high} AND trace_lo = {low}");
        }

        conditions.Add(idConditions);
        var statement = database.Prepare($"SELECT {Columns} FROM logs l WHERE {string.Join(" AND ", conditions)}");
        if (query.Service is { } service)
        {
            statement.Bind(1, service);
        }

        if (query.Text is { } text)
        {
            statement.Bind(2, $"%{Escaped(text)}%");
        }

        return statement;
    }

    private static string Escaped(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);

    private static LogRow Row(Statement row) => new()
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
    };
}
