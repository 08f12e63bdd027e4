using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Rollups;

/// <summary>A rollup that is not what its raw rows add up to.</summary>
/// <param name="Minute">The minute.</param>
/// <param name="About"><c>service</c>, <c>surface</c>, <c>route</c>, <c>span</c> or <c>slo</c>.</param>
/// <param name="Service">The service; empty for a surface's or an objective's rollup.</param>
/// <param name="Surface">The surface; empty where it does not apply.</param>
/// <param name="Name">Route, job kind, span name or objective; empty for a service's or a surface's rollup.</param>
/// <param name="RolledUp">Count in the rollup.</param>
/// <param name="Raw">Count of raw rows.</param>
/// <param name="ErrorsDifference">Errors (of an objective: rows that were not good) in the rollup less those among the raw rows.</param>
/// <param name="SumDifferenceMs">Sum of durations in the rollup less that of the raw rows, milliseconds.</param>
public sealed record RollupDifference(
    DateTimeOffset Minute, string About, string Service, string Surface, string Name, long RolledUp, long Raw, long ErrorsDifference,
    double SumDifferenceMs);

/// <summary>What a comparison found, among so many series.</summary>
internal sealed record RollupComparison(List<RollupDifference> Differences, int Series);

/// <summary>Compares a process's rollups of a minute with what its raw rows add up to, and repairs.</summary>
internal sealed class RollupCheck(string directory, string process, IReadOnlyList<SloRule> slos)
{
    public const string Sql = """
        CREATE TABLE rollup_checks (checked_at INTEGER NOT NULL, process TEXT NOT NULL, minute INTEGER NOT NULL, series INTEGER NOT NULL,
            differences INTEGER NOT NULL, repaired INTEGER NOT NULL);
        """;

    private readonly HashSet<RollupSeries> _defined = [.. slos.Select(s => s.Series(sampledOut: false))];

    /// <summary>Opens the raw rows.</summary>
    public RawMinutes OpenRaw(CancellationToken cancellationToken = default) => new(directory, process, slos, cancellationToken);

    /// <summary>
    /// Compares one minute's rollups with its raw rows, and records that it did; with <paramref name="repair"/> writes what the raw rows
    /// say.
    /// </summary>
    /// <returns>The differences; null, and nothing is recorded or repaired, when a segment of the process cannot be read.</returns>
    public List<RollupDifference>? Run(Database central, long minute, bool repair, long now)
    {
        using var raw = OpenRaw();
        var truth = raw.Fold(minute);
        if (!raw.IsWhole)
        {
            return null;
        }

        var found = Compare(central, minute, truth, repair);
        Record(central, minute, minutes: 1, found.Series, found.Differences.Count, repair, now);
        return found.Differences;
    }

    /// <summary>Puts a check of so many minutes from <paramref name="start"/> on record.</summary>
    public void Record(Database central, long start, int minutes, int series, int differences, bool repaired, long now)
    {
        using var record = central.Prepare(
            "INSERT INTO rollup_checks (checked_at, process, start, minutes, series, differences, repaired) VALUES (?,?,?,?,?,?,?)");
        record.Bind(1, now).Bind(2, process).Bind(3, start).Bind(4, (long)minutes).Bind(5, (long)series).Bind(6, (long)differences)
            .Bind(7, repaired ? 1L : 0L).Run();
    }

    /// <summary>Starts of the days that are on record as checked.</summary>
    public HashSet<long> Days(Database central)
    {
        using var rows = central.Prepare("SELECT start FROM rollup_checks WHERE process = ? AND minutes <> 1");
        rows.Bind(1, process);
        var days = new HashSet<long>();
        while (rows.Step())
        {
            days.Add(rows.Long(0));
        }

        return days;
    }

    /// <summary>Compares one minute's rollups with <paramref name="truth"/>; with <paramref name="repair"/> writes it over them.</summary>
    public RollupComparison Compare(Database central, long minute, Dictionary<RollupSeries, RollupCell> truth, bool repair)
    {
        var differences = new List<RollupDifference>();
        var stored = Stored(central, minute);

        // An objective that was defined differently in that minute keeps what it counted by that definition.
        var redefined = stored.Keys.Where(s => s.Kind == RollupKind.Slo && !_defined.Contains(s)).Select(s => s.Name).ToHashSet();
        var compared = truth.Keys.Union(stored.Keys).Where(s => s.Kind != RollupKind.Slo || !redefined.Contains(s.Name)).ToList();
        foreach (var series in compared)
        {
            var right = truth.GetValueOrDefault(series) ?? new RollupCell();
            var known = stored.TryGetValue(series, out var found);
            var (id, cell) = known ? found : (0, new RollupCell());
            if (cell.SameAs(right) || (series.Kind == RollupKind.Slo && FirstCounted(central, series) >= minute))
            {
                continue;
            }

            differences.Add(new RollupDifference(
                UnixTime.Time(minute), Enum.GetName(series.Kind)!.ToLowerInvariant(), series.Service, series.Surface, series.Name,
                cell.Count, right.Count, cell.Errors - right.Errors, (cell.SumNanos - right.SumNanos) / 1e6));
            if (repair)
            {
                var row = known ? id : RollupTable.SeriesId(central, process, series);
                RollupTable.Put(central, "rollups_minute", row, minute, right);
                RollupTable.SumHour(central, row, UnixTime.Floor(minute, UnixTime.Hour));
                if (series.Kind == RollupKind.Surface)
                {
                    using var surfaces = new SurfaceMinutes(central, process);
                    surfaces.Sum(row, series.Surface, minute);
                }
            }
        }

        return new RollupComparison(differences, compared.Count);
    }

    /// <summary>The minute in the middle of which an objective began to be counted: it has nothing to say of the time before.</summary>
    private long FirstCounted(Database central, RollupSeries series)
    {
        using var first = central.Prepare("""
            SELECT min(r.start) FROM rollup_series s CROSS JOIN rollups_minute r ON r.series = s.id
            WHERE s.kind = ? AND s.surface = ? AND s.name = ? AND s.process = ? AND s.class IN (?, ? || '~')
            """);
        first.Bind(1, (long)series.Kind).Bind(2, series.Surface).Bind(3, series.Name).Bind(4, process).Bind(5, series.Class)
            .Bind(6, series.Class);
        return first.Step() && !first.IsNull(0) ? first.Long(0) : long.MaxValue;
    }

    private Dictionary<RollupSeries, (long Id, RollupCell Cell)> Stored(Database central, long minute)
    {
        using var rows = central.Prepare("""
            SELECT s.id, s.kind, s.service, s.surface, s.name, s.class, r.count, r.errors, r.sum_ns, r.durations
            FROM rollup_series s CROSS JOIN rollups_minute r ON r.series = s.id AND r.start = ?
            WHERE s.process = ? AND s.class NOT LIKE '%~'
            """);
        rows.Bind(1, minute).Bind(2, process);
        var stored = new Dictionary<RollupSeries, (long, RollupCell)>();
        while (rows.Step())
        {
            var cell = new RollupCell();
            cell.Merge(rows.Long(6), rows.Long(7), rows.Long(8), rows.Blob(9));
            stored.Add(new RollupSeries((RollupKind)rows.Long(1), rows.Text(2)!, rows.Text(3)!, rows.Text(4)!, rows.Text(5)!),
                (rows.Long(0), cell));
        }

        return stored;
    }
}
