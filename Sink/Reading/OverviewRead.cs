namespace OrionPlatform.Sink;

/// <summary>The Overview's figures, from rollups alone: past hours whole, the rest by the minute.</summary>
internal static class OverviewRead
{
    // An hour's rollup is used once nothing is expected to change in it any more.
    private const long Settled = 5 * UnixTime.Minute;

    public static Overview Read(Database? database, TimeSpan window, DateTimeOffset now)
    {
        var end = UnixTime.Floor(UnixTime.Nanos(now), UnixTime.Minute) + UnixTime.Minute;
        var minutes = (long)Math.Ceiling(window.TotalMinutes);
        var start = end - (minutes * UnixTime.Minute);
        if (database is null)
        {
            return new Overview(window, Figures("public", new RollupCell()), [], Timeline(start, minutes, []));
        }

        var hoursFrom = UnixTime.Floor(start + UnixTime.Hour - 1, UnixTime.Hour);
        var hoursTo = Math.Max(hoursFrom, UnixTime.Floor(end - Settled, UnixTime.Hour));
        var services = new SortedDictionary<string, RollupCell>(StringComparer.Ordinal);
        var api = new RollupCell();
        Sum(database, "rollups_minute", start, Math.Min(hoursFrom, end), services, api);
        Sum(database, "rollups_hour", hoursFrom, hoursTo, services, api);
        Sum(database, "rollups_minute", Math.Max(hoursTo, start), end, services, api);
        return new Overview(window, Figures("public", api), [.. services.Select(s => Figures(s.Key, s.Value))], Timeline(start, minutes, PublicMinutes(database, start, end)));
    }

    private static void Sum(Database database, string table, long from, long to, SortedDictionary<string, RollupCell> services, RollupCell api)
    {
        using var rows = database.Prepare($"""
            SELECT s.kind, s.service, r.count, r.errors, r.sum_ns, r.durations FROM rollup_series s JOIN {table} r ON r.series = s.id
            WHERE (s.kind = {(int)RollupKind.Service} OR (s.kind = {(int)RollupKind.Surface} AND s.surface = 'public')) AND r.start >= ? AND r.start < ?
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

    private static Dictionary<long, RollupCell> PublicMinutes(Database database, long from, long to)
    {
        using var rows = database.Prepare($"""
            SELECT r.start, r.count, r.errors, r.sum_ns, r.durations FROM rollup_series s JOIN rollups_minute r ON r.series = s.id
            WHERE s.kind = {(int)RollupKind.Surface} AND s.surface = 'public' AND r.start >= ? AND r.start < ?
            """);
        rows.Bind(1, from).Bind(2, to);
        var minutes = new Dictionary<long, RollupCell>();
        while (rows.Step())
        {
            if (!minutes.TryGetValue(rows.Long(0), out var cell))
            {
                minutes.Add(rows.Long(0), cell = new RollupCell());
            }

            cell.Merge(rows.Long(1), rows.Long(2), rows.Long(3), rows.Blob(4));
        }

        return minutes;
    }

    private static List<MinuteFigures> Timeline(long start, long minutes, Dictionary<long, RollupCell> cells)
    {
        var timeline = new List<MinuteFigures>((int)minutes);
        for (var minute = start; minute < start + (minutes * UnixTime.Minute); minute += UnixTime.Minute)
        {
            timeline.Add(cells.TryGetValue(minute, out var cell)
                ? new MinuteFigures(UnixTime.Time(minute), cell.Count, cell.Errors, cell.Durations.Quantile(0.95) / 1e6)
                : new MinuteFigures(UnixTime.Time(minute), 0, 0, 0));
        }

        return timeline;
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
