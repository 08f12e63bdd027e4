using Orion.Sink.Rollups;
using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>The Overview's figures, from rollups alone: past hours whole, the rest by the minute.</summary>
internal static class OverviewRead
{
    public static OverviewFigures Read(Database? database, TimeSpan window, WindowParts parts)
    {
        if (database is null)
        {
            return new OverviewFigures(window, Figures("public", new RollupCell()), [], MinuteReads.Public(null, parts));
        }

        var services = new SortedDictionary<string, RollupCell>(StringComparer.Ordinal);
        var api = new RollupCell();
        foreach (var (table, from, to) in parts.Parts)
        {
            Sum(database, table, from, to, services, api);
        }

        return new OverviewFigures(window, Figures("public", api), [.. services.Select(s => Figures(s.Key, s.Value))],
            MinuteReads.Public(database, parts));
    }

    private static void Sum(Database database, string table, long from, long to, SortedDictionary<string, RollupCell> services,
        RollupCell api)
    {
        using var rows = database.Prepare($"""
            SELECT s.kind, s.service, r.count, r.errors, r.sum_ns, r.durations FROM rollup_series s CROSS JOIN {table} r ON r.series = s.id
            WHERE (s.kind = {(int)RollupKind.Service} OR (s.kind = {(int)RollupKind.Surface} AND s.surface = 'public'))
                AND r.start >= ? AND r.start < ?
            """);
        rows.Bind(1, from).Bind(2, to);
        while (rows.Step())
        {
            var cell = api;
            if (rows.Long(0) == (int)RollupKind.Service)
            {
                var service = rows.Text(1)!;
                if (!services.TryGetValue(service, out cell!))
                {
                    services.Add(service, cell = new RollupCell());
                }
            }

            cell.Merge(rows.Long(2), rows.Long(3), rows.Long(4), rows.Blob(5));
        }
    }

    private static ServiceFigures Figures(string service, RollupCell cell) => new()
    {
        Service = service,
        Count = cell.Count,
        Errors = cell.Errors,
        P50Ms = cell.Durations.Quantile(0.5) / 1e6,
        P95Ms = cell.Durations.Quantile(0.95) / 1e6,
        P99Ms = cell.Durations.Quantile(0.99) / 1e6,
    };
}
