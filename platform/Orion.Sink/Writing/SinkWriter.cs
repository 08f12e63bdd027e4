using System.Collections.Concurrent;
using Orion.Sink.Central;
using Orion.Sink.Loss;
using Orion.Sink.Metrics;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Writing;

/// <summary>
/// The one thread that writes a process's telemetry. It owns every connection for writing, so no pool thread ever waits for SQLite.
/// </summary>
internal sealed class SinkWriter : IAsyncDisposable
{
    // While a flush waits, a locked database is tried this often before what waits for it is given up.
    private const int FlushTries = 20;

    private readonly TelemetrySinkOptions _options;
    private readonly TimeProvider _time;
    private readonly RollupFold _fold;
    private readonly MetricRollups _metrics = new();
    private readonly ServiceTable _services = new();
    private readonly WriterRun _run;
    private readonly AutoResetEvent _wake = new(false);
    private readonly ConcurrentQueue<TaskCompletionSource> _flushes = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CentralDrain _central;
    private SegmentSet? _segments;
    private FolderKeeper? _keeper;
    private SegmentDrain? _drain;
    private volatile RollupChecker? _checker;
    private RunCounts? _counts;
    private volatile bool _stopping;
    private long _allocatedBytes;

    public SinkWriter(TelemetrySinkOptions options, WriterRun run, Func<long> auditRefused, TimeProvider time)
    {
        _options = options;
        _run = run;
        _time = time;
        _fold = new RollupFold(options.Slos);
        Buffers = new SinkBuffers(options, time, Wake);
        _central = new CentralDrain(options.Directory, Buffers, _fold, _metrics, _services, run, options, time)
        {
            AuditRefused = auditRefused,
        };
        TryBeginCounts();
        new Thread(Loop) { IsBackground = true, Name = "telemetry-writer" }.Start();
    }

    public SinkBuffers Buffers { get; }

    /// <summary>Bytes this thread has allocated so far, as of its last cycle.</summary>
    public long AllocatedBytes => Volatile.Read(ref _allocatedBytes);

    public void Wake() => _wake.Set();

    public Task FlushAsync()
    {
        var flush = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _flushes.Enqueue(flush);
        Wake();
        return _ended.Task.IsCompleted ? Task.CompletedTask : Task.WhenAny(flush.Task, _ended.Task);
    }

    /// <summary>
    /// Writes something to <c>telemetry.db</c>, after all rollups there are; <paramref name="whenCommitted"/> is called by the writer's
    /// thread.
    /// </summary>
    public Task<bool> WriteCentralAsync(Func<Database, bool> apply, Action? whenCommitted = null)
    {
        var write = new CentralWrite(apply, whenCommitted);
        _central.Enqueue(write);
        Wake();
        return _ended.Task.IsCompleted ? Task.FromResult(false) : write.Done;
    }

    /// <summary>
    /// Writes the accounts of what a process exports, this one's when none is named. What cannot be written now is in the next call's
    /// figures.
    /// </summary>
    public void NoteExports(string? process, string? run, IReadOnlyList<ExportAccount> exports)
    {
        if (exports.Count == 0)
        {
            return;
        }

        _central.Enqueue(new CentralWrite(database =>
        {
            if (process is not null)
            {
                LossTable.CloseEarlierRuns(database, process, run!);
            }

            foreach (var export in exports)
            {
                LossTable.Write(
                    database, process ?? _run.Process, run ?? _run.Id, export.Account(), UnixTime.Nanos(_time.GetUtcNow()), ended: false);
            }

            return true;
        }));
        Wake();
    }

    /// <summary>Compares a minute's rollups with its raw rows; null when the database cannot be written.</summary>
    public async Task<IReadOnlyList<RollupDifference>?> RecomputeAsync(long minute, bool repair)
    {
        // Once that is through, all that was handed over before is in the rollups, and the process has its name.
        return await WriteCentralAsync(_ => true) && _checker is { } checker ? await checker.RecomputeAsync(minute, repair) : null;
    }

    /// <summary>Writes what is buffered, then ends the thread.</summary>
    /// <remarks>The wake-up handle is left to the finalizer: a caller may come in at any time, also now.</remarks>
    public async ValueTask DisposeAsync()
    {
        Buffers.Close();
        _stopping = true;
        Wake();
        await _ended.Task;
    }

    private void Loop()
    {
        try
        {
            while (!_stopping)
            {
                _wake.WaitOne(_options.FlushInterval);
                Guarded(Cycle);
            }

            // First, so that what it has to note is written yet.
            _checker?.Dispose();
            _keeper?.Dispose();
            var isAccounted = false;
            Guarded(() => isAccounted = Settle(ending: true));
            _central.Drop("closed");
            _central.Dispose();
            _segments?.Dispose();
            EndCounts(isAccounted);
            _run.Dispose();
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    /// <summary>
    /// Nothing that goes wrong here may end the process: what is at hand is given up and counted, and the next cycle starts afresh.
    /// </summary>
    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (Exception)
        {
            DropRows("error");
            _central.Drop("error");
        }
    }

    private void DropRows(string reason)
    {
        _drain?.Drop(reason);
        if (_drain is null)
        {
            Buffers.DropRaw(reason);
        }
    }

    private void Cycle()
    {
        var asked = _flushes.Count;
        try
        {
            if (asked > 0)
            {
                Settle(ending: false);
            }
            else
            {
                WriteSegments();
                _central.Write();
            }
        }
        finally
        {
            Volatile.Write(ref _allocatedBytes, GC.GetAllocatedBytesForCurrentThread());
            for (; asked > 0 && _flushes.TryDequeue(out var flush); asked--)
            {
                flush.TrySetResult();
            }
        }

        _keeper?.Tick();
        _checker?.Tick();
    }

    /// <summary>Leaves nothing pending: what cannot be written is dropped and counted.</summary>
    /// <returns>Whether the account is committed.</returns>
    private bool Settle(bool ending)
    {
        // What is given up at first is only what an earlier try left: what has come since is still in the buffers.
        for (var (tries, drops) = (1, 0); drops < 2 && WriteSegments() is { } failure; tries++)
        {
            if (!failure.IsBusy || tries >= FlushTries)
            {
                DropRows(failure.Reason);
                drops++;
            }
        }

        // Twice: what an earlier try left, then what has come since.
        return SettleCentral(ending: false) && SettleCentral(ending);
    }

    private void TryBeginCounts()
    {
        try
        {
            _counts = RunCounts.Begin(_options.Directory, _run);
            Buffers.NoteIn(_counts);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Without the folder nothing can be stored either; they begin with the first cycle that finds it.
        }
    }

    private void EndCounts(bool isAccounted)
    {
        Buffers.NoteIn(null);
        if (isAccounted)
        {
            _counts?.Remove();
        }

        _counts?.Dispose();
    }

    private bool SettleCentral(bool ending)
    {
        for (var tries = 1; _central.Write(ending, now: true) is { } failure; tries++)
        {
            if (!failure.IsBusy || tries == FlushTries)
            {
                _central.Drop(failure.Reason);
                return false;
            }
        }

        return true;
    }

    private SqliteFailure? WriteSegments()
    {
        Buffers.TakeLeftOut(_fold, () => new TimeWindow(UnixTime.Nanos(_time.GetUtcNow()), _options.RawDays));
        try
        {
            if (_drain is null)
            {
                _segments = new SegmentSet(_options, _run.Process, _time);
                if (_counts is null)
                {
                    TryBeginCounts();
                }

                // Once, before the first row: afterwards the raw rows of this run would be counted with those of the run before.
                for (var tries = 1; tries <= FlushTries && _central.Recover() is { IsBusy: true }; tries++)
                {
                }

                _drain = new SegmentDrain(Buffers, _fold, _metrics, _services, _segments, _run.Id, _options.RawDays, _time);
                _keeper = new FolderKeeper(
                    _options, _run.Process, _segments, _time,
                    notes => _central.Enqueue(new CentralWrite(database => CentralDrain.Note(database, notes))));
                _checker = new RollupChecker(_options, _run.Process, _fold, WriteCentralAsync, _time);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new SqliteFailure(SQLitePCL.raw.SQLITE_CANTOPEN, exception.Message);
        }

        return _drain.Write(_keeper!.IsOverQuota);
    }
}
