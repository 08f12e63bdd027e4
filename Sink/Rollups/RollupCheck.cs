namespace OrionPlatform.Sink;

/// <summary>A rollup that is not what its raw rows add up to.</summary>
/// <param name="Minute">The minute.</param>
/// <param name="Service">The service; empty for a surface's rollup.</param>
/// <param name="Surface">The surface; empty where it does not apply.</param>
/// <param name="Name">Route, job kind or span name; empty for a service's or a surface's rollup.</param>
/// <param name="RolledUp">Count in the rollup.</param>
/// <param name="Raw">Count of raw rows.</param>
/// <param name="SumDifferenceMs">Sum of durations in the rollup less that of the raw rows, milliseconds.</param>
public sealed record RollupDifference(DateTimeOffset Minute, string Service, string Surface, string Name, long RolledUp, long Raw, double SumDifferenceMs);

/// <summary>Computes a process's rollups of a minute from its raw rows, compares, and repairs.</summary>
internal static class RollupCheck
{
    public const string Sql = """
        CREATE TABLE rollup_checks (checked_at INTEGER NOT NULL, process TEXT NOT NULL, minute INTEGER NOT NULL, series INTEGER NOT NULL, differences INTEGER NOT NULL,
            repaired INTEGER NOT NULL);
        """;

    // A key differs from its time only where several rows have the same one.
    private const long LargestSkew = 100_000_000;

    /// <summary>Compares the rollups of the minute that begins at <paramref name="minute"/>; with <paramref name="repair"/> writes what the raw rows say.</summary>
    public static List<RollupDifference> Run(Database central, string directory, string process, long minute, bool repair, long now)
    {
        var raw = FromRaw(directory, process, minute);
        var differences = new List<RollupDifference>();
        var stored = Stored(central, process, minute);
        foreach (var series in raw.Keys.Union(stored.Keys).ToList())
        {
            var truth = raw.GetValueOrDefault(series) ?? new RollupCell();
            var (id, cell) = stored.TryGetValue(series, out var found) ? found : (0, new RollupCell());
            if (cell.Count != truth.Count || cell.Errors != truth.Errors || cell.SumNanos != truth.SumNanos || !cell.Durations.ToBytes().AsSpan().SequenceEqual(truth.Durations.ToBytes()))
            {
                differences.Add(new RollupDifference(UnixTime.Time(minute), series.Service, series.Surface, series.Name, cell.Count, truth.Count, (cell.SumNanos - truth.SumNanos) / 1e6));
                if (repair)
                {
                    var row = id != 0 ? id : RollupTable.SeriesId(central, process, series);
                    RollupTable.Put(central, "rollups_minute", row, minute, truth);
                    RollupTable.SumHour(central, row, UnixTime.Floor(minute, UnixTime.Hour));
                }
            }
        }

        using var record = central.Prepare("INSERT INTO rollup_checks VALUES (?,?,?,?,?,?)");
        record.Bind(1, now).Bind(2, process).Bind(3, minute).Bind(4, (long)raw.Count).Bind(5, (long)differences.Count).Bind(6, repair ? 1L : 0L).Run();
        return differences;
    }

    private static Dictionary<RollupSeries, RollupCell> FromRaw(string directory, string process, long minute)
    {
        var fold = new RollupFold();
        foreach (var day in SegmentFiles.Days(directory))
        {
            if (SegmentReader.TryOpen(SegmentFiles.SegmentPath(directory, day, process), CancellationToken.None) is { } segment)
            {
                using (segment)
                {
                    Fold(segment.Database, "canonical_lines", SpanSelect.Full, SpanSelect.Line, minute, fold);
                    Fold(segment.Database, "spans", SpanSelect.Shared, SpanSelect.Span, minute, fold);
                }
            }
        }

        return fold.Minutes.Where(m => m.Key.Start == minute).ToDictionary(m => m.Key.Series, m => m.Value);
    }

    private static void Fold(Database segment, string table, string columns, Func<Statement, SpanRow> read, long minute, RollupFold fold)
    {
        using var rows = segment.Prepare($"SELECT {columns} FROM {table} s WHERE id >= ? AND id < ?");
        rows.Bind(1, minute).Bind(2, minute + UnixTime.Minute + LargestSkew);
        while (rows.Step())
        {
            fold.Add(read(rows));
        }
    }

    private static Dictionary<RollupSeries, (long Id, RollupCell Cell)> Stored(Database central, string process, long minute)
    {
        using var rows = central.Prepare("""
            SELECT s.id, s.kind, s.service, s.surface, s.name, s.class, r.count, r.errors, r.sum_ns, r.durations
            FROM rollup_series s CROSS JOIN rollups_minute r ON r.series = s.id AND r.start = ? WHERE s.process = ? AND s.class NOT LIKE '%~'
            """);
        rows.Bind(1, minute).Bind(2, process);
        var stored = new Dictionary<RollupSeries, (long, RollupCell)>();
        while (rows.Step())
        {
            var cell = new RollupCell();
            cell.Merge(rows.Long(6), rows.Long(7), rows.Long(8), rows.Blob(9));
            stored.Add(new RollupSeries((RollupKind)rows.Long(1), rows.Text(2)!, rows.Text(3)!, rows.Text(4)!, rows.Text(5)!), (rows.Long(0), cell));
        }

        return stored;
    }
}
