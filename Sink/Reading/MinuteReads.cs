namespace OrionPlatform.Sink;

/// <summary>
/// The public API minute by minute. A process has a series of its own, or two when it samples; they are read side by side, each in the order of its minutes. Where all that have
/// a minute say the same percentile beside it, as the two of one process do, it is that of them together; else their histograms are merged, in a room that serves for all minutes.
/// </summary>
internal sealed class MinuteReads : IDisposable
{
    private readonly List<Statement> _series = [];
    private readonly LogHistogram _shared = new();

    private MinuteReads(Database database, WindowParts window)
    {
        using var ids = database.Prepare($"SELECT id FROM rollup_series WHERE kind = {(int)RollupKind.Surface} AND surface = 'public'");
        while (ids.Step())
        {
            var rows = database.Prepare("SELECT start, count, errors, p95_ns, durations FROM rollups_minute WHERE series = ? AND start >= ? AND start < ? ORDER BY start");
            _series.Add(rows.Bind(1, ids.Long(0)).Bind(2, window.Start).Bind(3, window.End));
        }

        _series.RemoveAll(IsAtEnd);
    }

    /// <summary>Every minute of the window, oldest first, those without a request too.</summary>
    public static List<MinuteFigures> Public(Database? database, WindowParts window)
    {
        using var reads = database is null ? null : new MinuteReads(database, window);
        var minutes = new List<MinuteFigures>(window.Minutes);
        for (var minute = window.Start; minute < window.End; minute += UnixTime.Minute)
        {
            minutes.Add(reads?.Take(minute) ?? new MinuteFigures(UnixTime.Time(minute), 0, 0, 0));
        }

        return minutes;
    }

    public void Dispose() => _series.ForEach(s => s.Dispose());

    private MinuteFigures? Take(long minute)
    {
        var (count, errors, p95) = (0L, 0L, 0.0);
        var any = false;
        var agree = true;
        foreach (var series in _series)
        {
            if (series.Long(0) != minute)
            {
                continue;
            }

            (count, errors) = (count + series.Long(1), errors + series.Long(2));
            agree &= !any || series.Double(3) == p95;
            (any, p95) = (true, series.Double(3));
        }

        if (!any)
        {
            return null;
        }

        if (!agree)
        {
            _shared.Clear();
            foreach (var series in _series)
            {
                if (series.Long(0) == minute)
                {
                    _shared.MergeBytes(series.Blob(4));
                }
            }

            p95 = _shared.Quantile(0.95);
        }

        for (var i = _series.Count - 1; i >= 0; i--)
        {
            if (_series[i].Long(0) == minute && IsAtEnd(_series[i]))
            {
                _series.RemoveAt(i);
            }
        }

        return new MinuteFigures(UnixTime.Time(minute), count, errors, p95 / 1e6);
    }

    private static bool IsAtEnd(Statement series)
    {
        if (series.Step())
        {
            return false;
        }

        series.Dispose();
        return true;
    }
}
