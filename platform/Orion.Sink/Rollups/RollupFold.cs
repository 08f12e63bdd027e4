using System.Runtime.CompilerServices;
using Orion.Sink.Rows;

namespace Orion.Sink.Rollups;

/// <summary>Folds rows into the figures of their minutes and hours, in memory; <see cref="RollupTable"/> makes them durable.</summary>
internal sealed class RollupFold(IReadOnlyList<SloRule> slos, bool hours = true)
{
    /// <summary>
    /// Cells kept that are not written yet; past it new ones are not begun and their rows are counted in <see cref="Unfolded"/>.
    /// </summary>
    public const int MaxCells = 50_000;

    /// <summary>Names of one kind in one service; further ones are folded into <c>(other)</c>.</summary>
    public const int MaxNames = 2_000;

    /// <summary>
    /// Series of all kinds; past it further services are folded into <c>(other)</c> too: a sender may name as many as it likes.
    /// </summary>
    public const int MaxSeries = 2 * MaxNames;

    // Bounded by MaxSeries, the series of (other) by surface and class, and the objectives.
    private readonly Dictionary<RollupSeries, SeriesCells> _series = [];

    // Which series a row belongs to, found by its strings' identity: code names its spans by the same objects every time. A fixed number of
    // slots; whoever comes last has the slot.
    private readonly Route?[] _routes = new Route?[1024];

    // Bounded by the checks that are under way; those that are over are removed with the next commit.
    private readonly List<MinuteWatch> _watches = [];

    /// <summary>
    /// Minute cells, bounded by <see cref="MaxCells"/>; written ones of past minutes are removed by <see cref="Forget(long, long)"/>.
    /// </summary>
    public Dictionary<(RollupSeries Series, long Start), RollupCell> Minutes { get; } = [];

    /// <summary>Hour cells, unless only minutes are folded; the same bound and removal.</summary>
    public Dictionary<(RollupSeries Series, long Start), RollupCell> Hours { get; } = [];

    /// <summary>Rows that are stored but in no rollup, because the database could not take them for too long.</summary>
    public long Unfolded { get; private set; }

    /// <summary>
    /// Adds a row. One that is not stored, for whichever reason, goes to a series of its own, so that the rest can be compared with the raw
    /// rows.
    /// </summary>
    public void Add(SpanRow row, bool isStored = true)
    {
        var line = row as CanonicalLine;
        var error = row.Status == SpanStatus.Error;
        var route = RouteOf(row, line, error, row.SampledOut || !isStored);
        Fold(route.Own, row, error, timed: true);
        if (line is not null)
        {
            Fold(route.Service!, row, error, timed: !CanonicalLine.Waits(line.Surface));
            Fold(route.Surface!, row, error, timed: true);
        }

        foreach (var (slo, cells) in route.Slos)
        {
            Fold(cells, row, !slo.IsGood(row), timed: false);
        }
    }

    /// <summary>
    /// Adds all figures of its minutes to another fold, and to the other's hours, and starts anew. Those of a minute that cannot be right
    /// go into the present one.
    /// </summary>
    public void MoveTo(RollupFold other, TimeWindow window)
    {
        foreach (var ((series, start), cell) in Minutes)
        {
            other.Merge(series, window.Holds(start) ? start : UnixTime.Floor(window.Now, UnixTime.Minute), cell);
        }

        other.Unfolded += Unfolded;
        Unfolded = 0;
        Minutes.Clear();
        ForgetCells();
    }

    /// <summary>
    /// A fold for the rows of one transaction, by the same objectives: its figures are added to these when the transaction is committed
    /// (<see cref="Settle"/>), and dropped when it is not (<see cref="Clear"/>). So rows are folded while they are at hand, not looked at
    /// once more afterwards.
    /// </summary>
    public RollupFold ForBatches() => new(slos, hours: false);

    /// <summary>Adds the figures of a batch, and empties it; the batch keeps the room for its next rows.</summary>
    public void Settle(RollupFold batch)
    {
        foreach (var ((series, start), cell) in batch.Minutes)
        {
            if (cell.Count > 0)
            {
                Merge(series, start, cell);
            }
        }

        Unfolded += batch.Unfolded;
        batch.Clear();
    }

    /// <summary>Drops all figures. Cells of minutes that had none go, the others' room is kept.</summary>
    public void Clear()
    {
        var unused = false;
        foreach (var (key, cell) in Minutes)
        {
            if (cell.Count == 0)
            {
                unused |= Minutes.Remove(key);
            }
            else
            {
                cell.Clear();
            }
        }

        Unfolded = 0;
        if (unused)
        {
            ForgetCells();
        }
    }

    /// <summary>
    /// Has the watch told from now on when a row of its minute is folded; asked within a transaction that has written all that was folded
    /// before.
    /// </summary>
    public void Watch(MinuteWatch watch)
    {
        watch.IsTouched = false;
        if (!_watches.Contains(watch))
        {
            _watches.Add(watch);
        }
    }

    /// <summary>Removes written cells that began before the given times.</summary>
    public void Forget(long minutesBefore, long hoursBefore)
    {
        _watches.RemoveAll(w => w.IsOver);
        Forget(Minutes, minutesBefore);
        Forget(Hours, hoursBefore);
        ForgetCells();
    }

    /// <summary>Removes the cells of a minute and its hour: their rows have been rewritten.</summary>
    public void Rewritten(long minute)
    {
        foreach (var key in Minutes.Keys.Where(k => k.Start == minute).ToList())
        {
            Minutes.Remove(key);
        }

        foreach (var key in Hours.Keys.Where(k => k.Start == UnixTime.Floor(minute, UnixTime.Hour)).ToList())
        {
            Hours.Remove(key);
        }

        ForgetCells();
    }

    /// <summary>Which cell a series is at is found anew: one that is no longer in the dictionary would never be written.</summary>
    private void ForgetCells()
    {
        foreach (var cells in _series.Values)
        {
            (cells.Minute, cells.Hour) = (null, null);
        }
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

    private Route RouteOf(SpanRow row, CanonicalLine? line, bool error, bool leftOut)
    {
        var name = line?.Route ?? row.Name;
        var outcome = ClassOf(error, line, leftOut);
        var surface = line?.Surface ?? "";
        ref var slot = ref _routes[((RuntimeHelpers.GetHashCode(name) * 31) + RuntimeHelpers.GetHashCode(surface) + outcome.Length) & 1023];
        if (slot is { } known && ReferenceEquals(known.Name, name) && ReferenceEquals(known.ServiceName, row.Service)
            && ReferenceEquals(known.SurfaceName, surface) && ReferenceEquals(known.Outcome, outcome) && known.IsLine == line is not null
            && known.CountsInObjectives == row.CountsInObjectives)
        {
            return known;
        }

        return slot = NewRoute(row, line, name, surface, outcome, leftOut);
    }

    /// <remarks>A method of its own: what the lambda below captures would be allocated for every row otherwise.</remarks>
    private Route NewRoute(SpanRow row, CanonicalLine? line, string name, string surface, string outcome, bool leftOut)
    {
        var own = line is null
            ? new RollupSeries(RollupKind.Span, row.Service, "", name, outcome)
            : new RollupSeries(RollupKind.Route, row.Service, surface, name, outcome);
        return new Route(name, row.Service, surface, outcome, line is not null, row.CountsInObjectives)
        {
            Own = Cells(own),
            Service = line is null ? null : Cells(new RollupSeries(RollupKind.Service, row.Service, "", "", leftOut ? "~" : "")),
            Surface = line is null ? null : Cells(new RollupSeries(RollupKind.Surface, "", surface, "", leftOut ? "~" : "")),
            Slos = [.. slos.Where(s => s.IsAbout(row, line)).Select(s => (s, Cells(s.Series(leftOut))))],
        };
    }

    /// <summary>The class of a row; what is left out of the raw rows is a series of its own.</summary>
    private static string ClassOf(bool error, CanonicalLine? line, bool leftOut) =>
        error ? (leftOut ? "error~" : "error")
        : line?.Outcome == "client_error" ? (leftOut ? "client_error~" : "client_error")
        : leftOut ? "ok~" : "ok";

    private SeriesCells Cells(RollupSeries series)
    {
        if (!_series.TryGetValue(series, out var cells))
        {
            if (_series.Count >= MaxNames && series is { Kind: RollupKind.Route or RollupKind.Span } && series.Name != "(other)")
            {
                return Cells(series with { Name = "(other)" });
            }

            if (_series.Count >= MaxSeries && series.Service is not ("" or "(other)"))
            {
                return Cells(series with { Service = "(other)" });
            }

            _series.Add(series, cells = new SeriesCells(series));
        }

        return cells;
    }

    private void Fold(SeriesCells cells, SpanRow row, bool error, bool timed)
    {
        var start = row.StartUnixNanos;
        if (cells.Minute is null || (ulong)(start - cells.MinuteStart) >= UnixTime.Minute)
        {
            cells.MinuteStart = UnixTime.Floor(start, UnixTime.Minute);
            cells.Minute = Cell(Minutes, cells.Series, cells.MinuteStart);

            // Each commit forgets which cell a series is at, so the first row after a watch began comes by here.
            foreach (var watch in _watches)
            {
                watch.IsTouched |= watch.Minute == cells.MinuteStart;
            }
        }

        if (hours && (cells.Hour is null || (ulong)(start - cells.HourStart) >= UnixTime.Hour))
        {
            cells.HourStart = UnixTime.Floor(start, UnixTime.Hour);
            cells.Hour = Cell(Hours, cells.Series, cells.HourStart);
        }

        if (cells.Minute is null || (hours && cells.Hour is null))
        {
            Unfolded++;
            return;
        }

        cells.Minute.Add(row.OwnNanos, error, timed);
        cells.Hour?.Add(row.OwnNanos, error, timed);
    }

    private void Merge(RollupSeries series, long minute, RollupCell cell)
    {
        foreach (var watch in _watches)
        {
            watch.IsTouched |= watch.Minute == minute;
        }

        series = Cells(series).Series;
        if (Cell(Minutes, series, minute) is { } inMinute && Cell(Hours, series, UnixTime.Floor(minute, UnixTime.Hour)) is { } inHour)
        {
            inMinute.Merge(cell);
            inHour.Merge(cell);
        }
        else
        {
            Unfolded += cell.Count;
        }
    }

    private static RollupCell? Cell(Dictionary<(RollupSeries Series, long Start), RollupCell> all, RollupSeries series, long start)
    {
        if (!all.TryGetValue((series, start), out var cell) && all.Count < MaxCells)
        {
            all.Add((series, start), cell = new RollupCell());
        }

        return cell;
    }

    private sealed class SeriesCells(RollupSeries series)
    {
        public RollupSeries Series { get; } = series;

        public long MinuteStart { get; set; }

        public RollupCell? Minute { get; set; }

        public long HourStart { get; set; }

        public RollupCell? Hour { get; set; }
    }

    private sealed record Route(string Name, string ServiceName, string SurfaceName, string Outcome, bool IsLine, bool CountsInObjectives)
    {
        public required SeriesCells Own { get; init; }

        public required SeriesCells? Service { get; init; }

        public required SeriesCells? Surface { get; init; }

        public required (SloRule Slo, SeriesCells Cells)[] Slos { get; init; }
    }
}
