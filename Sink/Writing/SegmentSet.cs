namespace OrionPlatform.Sink;

/// <summary>
/// The segments this process has open: today's, and for late rows a neighbour's. The writer's thread uses them. The keeper's takes away those
/// that nobody needs and closes them: that copies a WAL back, for which no row should wait.
/// </summary>
internal sealed class SegmentSet(string directory, string process, TimeProvider time) : IDisposable
{
    /// <summary>A segment of another day than today's is closed when it has not been used for so long.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    // Like the wait for any lock of a file.
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMilliseconds(250);

    // Held by the writer for a batch, by the keeper for a change of the lists only: the writer never waits for more than that.
    private readonly Lock _lock = new();

    // Bounded by the four days PendingRows files rows under; after a step of the clock others are open too, until they are idle.
    private readonly List<OpenSegment> _open = [];

    // Days whose file the keeper is at; at most one.
    private readonly HashSet<DateOnly> _leaving = [];
    private readonly ManualResetEventSlim _left = new(initialState: true);

    /// <summary>Writes a batch into its day's segment, which is opened when it is not.</summary>
    /// <exception cref="SqliteFailure">Nothing of the batch is stored; busy when the keeper is at that file.</exception>
    public BatchOutcome Write(string run, in DayRows rows, RollupFold fold, MetricRollups metrics)
    {
        if (IsLeaving(rows.Day))
        {
            _left.Wait(s_longestWait);
        }

        lock (_lock)
        {
            return Get(rows.Day).Write(run, rows, fold, metrics);
        }
    }

    /// <summary>Closes a day's segment, if it is open.</summary>
    public void Close(DateOnly day)
    {
        lock (_lock)
        {
            Detach(day)?.Dispose();
        }
    }

    /// <summary>Closes a day's segment and renames its files, so that they can be looked at later and a new one takes their place.</summary>
    public void SetAside(DateOnly day, string stamp)
    {
        Close(day);
        SegmentFiles.SetAside(SegmentFiles.SegmentPath(directory, day, process), stamp);
    }

    /// <summary>Closes a day's segment and deletes it; for the keeper's thread.</summary>
    public void Remove(DateOnly day, FileRemoval removal) => Leave(day, segment =>
    {
        segment?.Abandon();
        removal.Delete(SegmentFiles.SegmentPath(directory, day, process));
    });

    /// <summary>Closes segments of other days that nobody has used for a while; for the keeper's thread.</summary>
    public void CloseIdle()
    {
        var now = time.GetUtcNow();
        List<DateOnly> idle;
        lock (_lock)
        {
            idle = [.. _open.Where(o => o.Day != DateOnly.FromDateTime(now.UtcDateTime) && (now - o.Used).Duration() >= Idle).Select(o => o.Day)];
        }

        idle.ForEach(day => Leave(day, segment => segment?.Dispose()));
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _open.ForEach(o => o.Segment.Dispose());
            _open.Clear();
        }
    }

    private Segment Get(DateOnly day)
    {
        if (_leaving.Contains(day))
        {
            throw new SqliteFailure(SQLitePCL.raw.SQLITE_BUSY, $"{day:yyyy-MM-dd} is being closed.");
        }

        var found = _open.Find(o => o.Day == day);
        if (found is null)
        {
            _open.Add(found = new OpenSegment(day, new Segment(SegmentFiles.SegmentPath(directory, day, process))));
        }

        found.Used = time.GetUtcNow();
        return found.Segment;
    }

    private bool IsLeaving(DateOnly day)
    {
        lock (_lock)
        {
            return _leaving.Contains(day);
        }
    }

    private void Leave(DateOnly day, Action<Segment?> close)
    {
        Segment? segment;
        lock (_lock)
        {
            segment = Detach(day);
            _leaving.Add(day);
            _left.Reset();
        }

        try
        {
            close(segment);
        }
        finally
        {
            lock (_lock)
            {
                _leaving.Remove(day);
                _left.Set();
            }
        }
    }

    private Segment? Detach(DateOnly day)
    {
        var found = _open.Find(o => o.Day == day);
        if (found is not null)
        {
            _open.Remove(found);
        }

        return found?.Segment;
    }

    private sealed class OpenSegment(DateOnly day, Segment segment)
    {
        public DateOnly Day { get; } = day;

        public Segment Segment { get; } = segment;

        public DateTimeOffset Used { get; set; }
    }
}
