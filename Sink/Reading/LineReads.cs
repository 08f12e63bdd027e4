namespace OrionPlatform.Sink;

/// <summary>Lists of canonical lines.</summary>
internal static class LineReads
{
    public static Page<CanonicalLine> Read(string directory, TraceQuery query, CancellationToken cancellationToken) => Paging.Read(
        directory, TimeRange.Of(query.From, query.To), query.Limit, query.After, (database, idConditions) => Select(database, query, idConditions), SpanSelect.Line, cancellationToken);

    private static Statement Select(Database database, TraceQuery query, string idConditions)
    {
        var conditions = new List<string>();
        AddText(conditions, "service", query.Service);
        AddText(conditions, "route", query.Route);
        AddText(conditions, "tenant", query.Tenant);
        if (query.ErrorsOnly)
        {
            conditions.Add("status = 2");
        }

        if (query.MinDuration is { } least)
        {
            conditions.Add($"duration >= {least.Ticks * 100}");
        }

        conditions.Add(idConditions);
        var statement = database.Prepare($"SELECT {SpanSelect.Full} FROM canonical_lines s WHERE {string.Join(" AND ", conditions)}");
        var index = 1;
        foreach (var text in (ReadOnlySpan<string?>)[query.Service, query.Route, query.Tenant])
        {
            if (text is not null)
            {
                statement.Bind(index++, text);
            }
        }

        return statement;
    }

    private static void AddText(List<string> conditions, string column, string? text)
    {
        if (text is not null)
        {
            conditions.Add($"{column} = (SELECT id FROM strings WHERE value = ?)");
        }
    }
}
