using Orion.Sink.Central;
using Orion.Sink.Metrics;
using Orion.Sink.Rollups;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Writing;

/// <summary>
/// The segments this process has open: today's, and for late rows a neighbour's. The writer's thread uses them. The keeper's takes away
/// those that nobody needs and closes them: that copies a WAL back, for which no row should wait.
/// </summary>
/// <remarks>
/// A segment whose WAL has grown to half of <c>MaxWalBytes</c>, because someone's read keeps it from being copied back, is left as it is:
/// the process goes on in a further part of its day. The other half is room for one more batch.
/// </remarks>
internal sealed class SegmentSet(TelemetrySinkOptions options, string process, TimeProvider time) : IDisposable
{
    /// <summary>A segment of another day than today's is closed when it has not been used for so long.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    // Like the wait for any lock of a file.
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMilliseconds(250);

    // Held by the writer for a batch, by the keeper for a change of the lists only: the writer never waits for more than that.
    private readonly Lock _lock = new();

    // Bounded by the days of TimeWindow, and the next; after a step of the clock others are open too, until they are idle.
    private readonly List<OpenSegment> _open = [];

    // Bounded by what the keeper closes every minute: a part is left when its WAL is full.
    private readonly List<OpenSegment> _held = [];

    // The file the keeper is at; no writer may open it.
    private string? _leaving;
    private readonly ManualResetEventSlim _left = new(initialState: true);

    /// <summary>Writes a batch into its day's segment, which is opened when it is not.</summary>
    /// <exception cref="SqliteFailure">Nothing of the batch is stored; busy when the keeper is at that file.</exception>
    public BatchOutcome Write(string run, in DayRows rows, RollupFold fold, MetricRollups metrics, ServiceTable services)
    {
        if (IsLeaving(rows.Day))
        {
            _left.Wait(s_longestWait);
        }

        lock (_lock)
        {
            var open = Get(rows.Day);
            var outcome = open.Segment.Write(run, options.Resource, rows, fold, metrics, services);
            if (open.Segment.IsHeld(options.MaxWalBytes / 2))
            {
                _open.Remove(open);
                _held.Add(open);
            }

            return outcome;
        }
    }

    /// <summary>Closes a day's segment, if it is open.</summary>
    public void Close(DateOnly day)
    {
        lock (_lock)
        {
            if (_open.Find(o => o.Day == day) is { } open)
            {
                _open.Remove(open);
                open.Segment.Dispose();
            }
        }
    }

    /// <summary>
    /// Closes a day's segment and renames its files, so that they can be looked at later and a new one takes their place.
    /// </summary>
    public void SetAside(DateOnly day, string stamp)
    {
        string path;
        lock (_lock)
        {
            path = PathOf(day);
        }

        Close(day);
        SegmentFiles.SetAside(path, stamp);
    }

    /// <summary>Closes a segment and deletes it; for the keeper's thread.</summary>
    public void Remove(string path, FileRemoval removal) => Leave(path, segment =>
    {
        segment?.Abandon();
        removal.Delete(path);
    });

    /// <summary>
    /// Closes segments of other days that nobody has used for a while and those held, and copies WALs back that an earlier close, or a
    /// kill, left behind; for the keeper's thread.
    /// </summary>
    public void Tidy()
    {
        var now = time.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        List<string> unused;
        lock (_lock)
        {
            unused =
            [
                .. _held.Select(h => h.Path),
                .. _open.Where(o => o.Day != today && (now - o.Used).Duration() >= Idle).Select(o => o.Path),
            ];
        }

        unused.ForEach(path => Leave(path, segment => segment?.Dispose()));
        foreach (var path in SegmentFiles.Days(options.Directory).SelectMany(day => SegmentFiles.Parts(options.Directory, day, process)))
        {
            if (SegmentFiles.WalBytes(path) > 0 && !IsOpen(path))
            {
                Leave(path, _ => CopyBack(path));
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _open.ForEach(o => o.Segment.Dispose());
            _held.ForEach(o => o.Segment.Dispose());
            _open.Clear();
            _held.Clear();
        }
    }

    private static void CopyBack(string path)
    {
        try
        {
            using (var reader = Database.OpenReader(path, busyMs: 0))
            {
                // A newer file is left as it is.
                SegmentSchema.Versions.Of(reader);
            }

            // The rest of it is done by the close, which removes the WAL, unless someone reads: then it is tried again in a minute.
            using var database = Database.OpenWriter(path, busyMs: 0, cacheKib: 1024);
            database.IsHeldBack();
        }
        catch (SqliteFailure)
        {
            // Newer, damaged, or locked by another tool: who reads it will say so.
        }
    }

    private OpenSegment Get(DateOnly day)
    {
        var found = _open.Find(o => o.Day == day);
        if (found is null)
        {
            var path = PathOf(day);
            if (path == _leaving)
            {
                throw new SqliteFailure(SQLitePCL.raw.SQLITE_BUSY, $"{path} is being closed.");
            }

            _open.Add(found = new OpenSegment(day, path, new Segment(path, options.MaxPages)));
        }

        found.Used = time.GetUtcNow();
        return found;
    }

    private string PathOf(DateOnly day) =>
        _open.Find(o => o.Day == day)?.Path ?? SegmentFiles.PartToWrite(options.Directory, day, process, options.MaxWalBytes / 2);

    private bool IsLeaving(DateOnly day)
    {
        lock (_lock)
        {
            return _leaving is not null && _leaving == PathOf(day);
        }
    }

    private bool IsOpen(string path)
    {
        lock (_lock)
        {
            return _open.Exists(o => o.Path == path) || _held.Exists(o => o.Path == path);
        }
    }

    private void Leave(string path, Action<Segment?> close)
    {
        Segment? segment;
        lock (_lock)
        {
            segment = (_open.Find(o => o.Path == path) ?? _held.Find(o => o.Path == path))?.Segment;
            _open.RemoveAll(o => o.Path == path);
            _held.RemoveAll(o => o.Path == path);
            _leaving = path;
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
                _leaving = null;
                _left.Set();
            }
        }
    }

    private sealed class OpenSegment(DateOnly day, string path, Segment segment)
    {
        public DateOnly Day { get; } = day;

        public string Path { get; } = path;

        public Segment Segment { get; } = segment;

        public DateTimeOffset Used { get; set; }
    }
}
