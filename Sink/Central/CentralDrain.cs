using System.Collections.Concurrent;

namespace OrionPlatform.Sink;

/// <summary>
/// Writes what goes into <c>telemetry.db</c>: heartbeats, rollups, the loss account and single writes such as alerts. All of it waits in
/// memory until a transaction succeeds.
/// </summary>
internal sealed class CentralDrain(string directory, SinkBuffers buffers, RollupFold fold, string run, TimeProvider time) : IDisposable
{
    private readonly ConcurrentQueue<CentralWrite> _arriving = new();
    private readonly List<CentralWrite> _waiting = [];
    private readonly List<Heartbeat> _beats = [];
    private readonly CheckpointDuty _duty = new(directory);
    private CentralFile? _file;
    private RollupTable? _rollups;
    private long _lastProduced = -1;
    private long _lastSettled = -1;

    /// <summary>This process's name, once it is known.</summary>
    public required Func<string> Process { get; init; }

    public bool HasWork => !_arriving.IsEmpty || _waiting.Count > 0;

    public void Enqueue(CentralWrite write) => _arriving.Enqueue(write);

    /// <summary>Writes everything there is in one transaction. Null when it is committed, or there was nothing.</summary>
    public SqliteFailure? Write(bool ending = false)
    {
        Collect();
        var accounts = Accounts();
        if (!ending && _beats.Count == 0 && _waiting.Count == 0 && !Changed(accounts))
        {
            return null;
        }

        try
        {
            Open();
            _file!.Database.InTransaction(() => WriteAll(_file.Database, accounts, ending));
        }
        catch (Exception exception) when (exception is SqliteFailure or IOException or UnauthorizedAccessException)
        {
            _rollups?.RolledBack();
            return Failed(exception as SqliteFailure ?? new SqliteFailure(SQLitePCL.raw.SQLITE_CANTOPEN, exception.Message));
        }

        Committed(accounts);
        return null;
    }

    /// <summary>Gives up on heartbeats and single writes that wait, and counts them.</summary>
    public void Drop(string reason)
    {
        Collect();
        buffers.Heartbeats.CountDropped(reason, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_beats));
        _beats.Clear();
        _waiting.ForEach(w => w.Complete(committed: false));
        _waiting.Clear();
    }

    public void Dispose()
    {
        _file?.Dispose();
        _duty.Dispose();
    }

    private void Collect()
    {
        while (_arriving.TryDequeue(out var write))
        {
            _waiting.Add(write);
        }

        _beats.AddRange(buffers.Heartbeats.Take().Span);
    }

    /// <summary>The accounts as they will be once the heartbeats at hand are committed with them.</summary>
    private StreamAccount[] Accounts()
    {
        var accounts = buffers.Accounts();
        accounts[^1].Stored += _beats.Count;
        return accounts;
    }

    private bool Changed(StreamAccount[] accounts) =>
        accounts.Sum(a => a.Produced) != _lastProduced || accounts.Sum(a => a.Stored + a.Dropped + a.SampledOut) != _lastSettled;

    private void Open()
    {
        if (_file is null)
        {
            _file = new CentralFile(directory);
            _rollups = new RollupTable(Process());
            LossTable.CloseEarlierRuns(_file.Database, Process(), run);
        }

        _file.Database.Execute(_duty.TryTake() ? "PRAGMA wal_autocheckpoint=1000" : "PRAGMA wal_autocheckpoint=0");
    }

    private void WriteAll(Database database, StreamAccount[] accounts, bool ending)
    {
        HeartbeatTable.Write(database, _beats);
        _rollups!.Write(database, fold);
        foreach (var account in accounts)
        {
            LossTable.Write(database, Process(), run, account, UnixTime.Nanos(time.GetUtcNow()), ending);
        }

        foreach (var write in _waiting)
        {
            write.Apply(database);
        }
    }

    private void Committed(StreamAccount[] accounts)
    {
        buffers.Heartbeats.CountStored(_beats.Count);
        _beats.Clear();
        _waiting.ForEach(w => w.Complete(committed: true));
        _waiting.Clear();
        RollupTable.Written(fold);
        var now = UnixTime.Nanos(time.GetUtcNow());
        fold.Forget(minutesBefore: now - (3 * UnixTime.Minute), hoursBefore: now - (2 * UnixTime.Hour));
        _lastProduced = accounts.Sum(a => a.Produced);
        _lastSettled = accounts.Sum(a => a.Stored + a.Dropped + a.SampledOut);
    }

    private SqliteFailure Failed(SqliteFailure failure)
    {
        if (failure.IsBusy)
        {
            return failure;
        }

        _file?.Dispose();
        _file = null;
        if (failure.IsCorrupt)
        {
            SegmentFiles.SetAside(SegmentFiles.CentralPath(directory), time.GetUtcNow().ToString("yyyyMMddTHHmmssfff"));
        }

        return failure;
    }
}

/// <summary>A single write to <c>telemetry.db</c> that its caller waits for.</summary>
internal sealed class CentralWrite(Func<Database, bool> apply)
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _result;

    /// <summary>What the write found, once it is committed; false when it never will be.</summary>
    public Task<bool> Done => _done.Task;

    public void Apply(Database database) => _result = apply(database);

    public void Complete(bool committed) => _done.TrySetResult(committed && _result);
}
