namespace OrionPlatform.Sink;

/// <summary>Folds rows into the figures of their minutes and hours, in memory; <see cref="RollupTable"/> makes them durable.</summary>
internal sealed class RollupFold
{
    /// <summary>Cells kept that are not written yet; past it new ones are not begun and their rows are counted in <see cref="Unfolded"/>.</summary>
    public const int MaxCells = 50_000;

    /// <summary>Names of one kind in one service; further ones are folded into <c>(other)</c>.</summary>
    public const int MaxNames = 2_000;

    private readonly HashSet<RollupSeries> _known = [];

    /// <summary>Minute cells, bounded by <see cref="MaxCells"/>; written ones of past minutes are removed by <see cref="Forget(long, long)"/>.</summary>
    public Dictionary<(RollupSeries Series, long Start), RollupCell> Minutes { get; } = [];

    /// <summary>Hour cells; the same bound and removal.</summary>
    public Dictionary<(RollupSeries Series, long Start), RollupCell> Hours { get; } = [];

    /// <summary>Rows that are stored but in no rollup, because the database could not take them for too long.</summary>
    public long Unfolded { get; private set; }

    public void Add(SpanRow row)
    {
        if (row is CanonicalLine line)
        {
            var error = line.Status == SpanStatus.Error;
            // An agent's long poll is meant to wait: it counts, but its duration says nothing about the service.
            var timed = line.Surface != "node";
            Fold(new RollupSeries(RollupKind.Service, line.Service, "", "", ""), line, error, timed);
            Fold(new RollupSeries(RollupKind.Surface, "", line.Surface, "", ""), line, error, timed: true);
            Fold(Bounded(new RollupSeries(RollupKind.Route, line.Service, line.Surface, line.Route ?? line.Name, ClassOf(line))), line, error, timed: true);
        }
        else
        {
            var error = row.Status == SpanStatus.Error;
            Fold(Bounded(new RollupSeries(RollupKind.Span, row.Service, "", row.Name, error ? "error" : "ok")), row, error, timed: true);
        }
    }

    /// <summary>Removes written cells that began before the given times.</summary>
    public void Forget(long minutesBefore, long hoursBefore)
    {
        Forget(Minutes, minutesBefore);
        Forget(Hours, hoursBefore);
    }

    private static void Forget(Dictionary<(RollupSeries Series, long Start), RollupCell> cells, long before)
    {
        foreach (var (key, cell) in cells)
        {
            if (key.Start < before && !cell.Dirty)
            {
                cells.Remove(key);
            }
        }
    }

    private static string ClassOf(CanonicalLine line) =>
        line.Status == SpanStatus.Error ? "error" : line.Outcome == "client_error" ? "client_error" : "ok";

    private void Fold(RollupSeries series, SpanRow row, bool error, bool timed)
    {
        Fold(Minutes, series, UnixTime.Floor(row.StartUnixNanos, UnixTime.Minute), row.DurationNanos, error, timed);
        Fold(Hours, series, UnixTime.Floor(row.StartUnixNanos, UnixTime.Hour), row.DurationNanos, error, timed);
    }

    private void Fold(Dictionary<(RollupSeries Series, long Start), RollupCell> cells, RollupSeries series, long start, long nanos, bool error, bool timed)
    {
        if (!cells.TryGetValue((series, start), out var cell))
        {
            if (cells.Count >= MaxCells)
            {
                Unfolded++;
                return;
            }

            cells.Add((series, start), cell = new RollupCell());
        }

        cell.Add(nanos, error, timed);
    }

    private RollupSeries Bounded(RollupSeries series) =>
        _known.Contains(series) || (_known.Count < MaxNames && _known.Add(series)) ? series : series with { Name = "(other)" };
}
