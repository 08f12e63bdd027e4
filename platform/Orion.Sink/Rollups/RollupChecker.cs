using System.Diagnostics;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Rollups;

/// <summary>
/// Checks each day that is over, minute by minute, against its raw rows: ten minutes after midnight UTC, and after a start the days that
/// were missed. It reads on a thread of its own that works a fifth of the time; the writer only compares two small sets of sums, and only
/// where something seems wrong.
/// </summary>
internal sealed class RollupChecker(
    TelemetrySinkOptions options, string process, RollupFold fold, Func<Func<Database, bool>, Action?, Task<bool>> write,
    TimeProvider time) : IDisposable
{
    private const int MaxExamples = 10;
    private const int Tries = 3;

    // Rows of a day's last minute come a little later, and a failed check is tried again after a while.
    private const long Grace = 10 * UnixTime.Minute;

    private static readonly TimeSpan s_work = TimeSpan.FromMilliseconds(5);

    private readonly RollupCheck _check = new(options.Directory, process, options.Slos);
    private readonly CancellationTokenSource _stop = new();
    private Thread? _thread;
    private TimeSpan _worked;
    private long _next = long.MinValue;

    /// <summary>Begins once a day is over; to be called often, by the writer's thread.</summary>
    public void Tick()
    {
        var now = UnixTime.Nanos(time.GetUtcNow());
        var next = Volatile.Read(ref _next);
        if ((now >= next || next - now > UnixTime.Day + Grace) && _thread is not { IsAlive: true })
        {
            Volatile.Write(ref _next, UnixTime.Floor(now - Grace, UnixTime.Day) + UnixTime.Day + Grace);
            _thread = new Thread(CheckDays) { IsBackground = true, Name = "telemetry-check", Priority = ThreadPriority.BelowNormal };
            _thread.Start();
        }
    }

    /// <summary>Checks one minute now, also one that is being written; null when the database cannot be read or written.</summary>
    public Task<IReadOnlyList<RollupDifference>?> RecomputeAsync(long minute, bool repair) =>
        Task.Factory.StartNew<IReadOnlyList<RollupDifference>?>(() =>
            Recompute(minute, repair), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Ends the check that is under way; its day will be checked anew.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
    }

    private List<RollupDifference>? Recompute(long minute, bool repair)
    {
        try
        {
            using var raw = _check.OpenRaw(_stop.Token);
            var found = Confirm(raw, minute, repair);
            var undecided = found is null;
            Write(
                central =>
                {
                    // Its rows keep coming: nothing is folded while the writer itself looks.
                    found = undecided ? _check.Compare(central, minute, Fold(raw, minute), repair) : found;
                    _check.Record(central, minute, minutes: 1, found!.Series, found.Differences.Count, repair,
                        UnixTime.Nanos(time.GetUtcNow()));
                },
                () => Rewritten(undecided && repair, minute));
            return found!.Differences;
        }
        catch (Exception exception)
            when (exception is SqliteFailure or IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            return null;
        }
    }

    private void CheckDays()
    {
        try
        {
            foreach (var day in Due())
            {
                CheckDay(day);
            }
        }
        catch (Exception)
        {
            // A file is damaged, locked or has gone, or the process ends: what is not on record as checked is due again.
            Volatile.Write(ref _next, UnixTime.Nanos(time.GetUtcNow()) + Grace);
        }
    }

    /// <summary>
    /// Days that are over, of which this process has raw rows and all rollups, and that are not on record as checked; the oldest first.
    /// </summary>
    private List<DateOnly> Due()
    {
        var today = UnixTime.DayOf(UnixTime.Nanos(time.GetUtcNow()) - Grace);
        var days = SegmentFiles.Days(options.Directory)
            .Where(d => d < today && d > today.AddDays(-options.RollupDays)
                && File.Exists(SegmentFiles.SegmentPath(options.Directory, d, process)))
            .Order().ToList();
        if (days.Count > 0)
        {
            using var central = Central();
            var done = _check.Days(central);
            days.RemoveAll(d => done.Contains(Start(d)));
        }

        return days;
    }

    private void CheckDay(DateOnly day)
    {
        var (start, minutes, series, count) = (Start(day), 0, 0, 0);
        var examples = new List<RollupDifference>();
        if (!HasLostRows(day))
        {
            using var raw = _check.OpenRaw(_stop.Token);
            using var central = Central();
            for (var minute = start; minute < start + UnixTime.Day; minute += UnixTime.Minute)
            {
                var began = Stopwatch.GetTimestamp();
                var found = _check.Compare(central, minute, Fold(raw, minute), repair: false);
                if (found.Differences.Count > 0)
                {
                    found = Confirm(raw, minute, options.RepairRollups);
                }

                if (found is not null)
                {
                    (minutes, series, count) = (minutes + 1, series + found.Series, count + found.Differences.Count);
                    examples.AddRange(found.Differences.Take(MaxExamples - examples.Count));
                }

                Rest(Stopwatch.GetElapsedTime(began));
            }
        }

        var now = time.GetUtcNow();
        Write(central => _check.Record(central, start, minutes, series, count, options.RepairRollups, UnixTime.Nanos(now)));
        options.RollupsChecked?.Invoke(
            new RollupDayCheck(process, day, now, minutes, count, options.RepairRollups) { Examples = examples });
    }

    /// <summary>
    /// Compares for certain, or not at all (null) when rows of that minute keep coming: what the writer folds and what it has committed is
    /// one and the same at the end of each of its turns, so the raw rows are read between two of them, and count only if nothing was folded
    /// in between.
    /// </summary>
    private RollupComparison? Confirm(RawMinutes raw, long minute, bool repair)
    {
        RollupComparison? found = null;
        for (var tries = 0; tries < Tries && found is null; tries++)
        {
            using var watch = new MinuteWatch(minute);
            Write(_ => fold.Watch(watch));
            var truth = Fold(raw, minute);
            Write(central => found = watch.IsTouched ? null : _check.Compare(central, minute, truth, repair), () =>
                Rewritten(repair && found is not null, minute));
        }

        return found;
    }

    private static Dictionary<RollupSeries, RollupCell> Fold(RawMinutes raw, long minute)
    {
        var truth = raw.Fold(minute);
        return raw.IsWhole ? truth : throw new IOException("A segment cannot be read: its rows are in the rollups and nowhere else.");
    }

    private void Rewritten(bool repaired, long minute)
    {
        if (repaired)
        {
            fold.Rewritten(minute);
        }
    }

    /// <summary>Waits until the writer has done it and committed.</summary>
    private void Write(Action<Database> apply, Action? committed = null)
    {
        var done = write(
            central =>
            {
                apply(central);
                return true;
            },
            committed);
        done.Wait(_stop.Token);
        if (!done.Result)
        {
            throw new IOException("telemetry.db cannot be written now.");
        }
    }

    private Database Central() => SegmentReader.TryOpenFile(SegmentFiles.CentralPath(options.Directory), limit: null)
        ?? throw new IOException("telemetry.db is not there.");

    /// <summary>A damaged file was set aside that day: its rows are in the rollups and nowhere else.</summary>
    private bool HasLostRows(DateOnly day) => Directory.EnumerateFiles(SegmentFiles.DayFolder(options.Directory, day), "*.corrupt-*")
        .Any(f => SegmentFiles.ProcessOf(f[..f.IndexOf(".corrupt-", StringComparison.Ordinal)]) == process);

    private void Rest(TimeSpan worked)
    {
        _worked += worked;
        if (_worked >= s_work)
        {
            _stop.Token.WaitHandle.WaitOne(4 * _worked);
            _worked = TimeSpan.Zero;
        }

        _stop.Token.ThrowIfCancellationRequested();
    }

    private static long Start(DateOnly day) => UnixTime.Nanos(new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero));
}
