using System.Collections.Concurrent;
using Orion.Sink.Loss;
using Orion.Sink.Metrics;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;
using Orion.Sink.Writing;

namespace Orion.Sink.Central;

/// <summary>
/// Writes what goes into <c>telemetry.db</c>: heartbeats, rollups, the loss account and single writes such as alerts. All of it waits in
/// memory until a transaction succeeds.
/// </summary>
/// <remarks>
/// There is one such file, so unlike a segment it cannot be left to a reader who never ends: while its WAL has grown to half of
/// <c>MaxWalBytes</c> and cannot be copied back, rows and rollups wait in memory, within their bounds, and only single writes (and the
/// audit log) go in.
/// </remarks>
internal sealed class CentralDrain(
    string directory, SinkBuffers buffers, RollupFold fold, MetricRollups metrics, ServiceTable services, WriterRun run,
    TelemetrySinkOptions options, TimeProvider time) : IDisposable
{
    // A locked database is tried this often, a quarter of a second each, before those who wait for a single write are told.
    private const int MaxBusy = 40;

    private readonly ConcurrentQueue<CentralWrite> _arriving = new();
    private readonly List<CentralWrite> _waiting = [];
    private string _process = "";
    private int _busy;
    private long _retained;
    private CentralFile? _file;
    private RollupTable? _rollups;
    private List<(string Path, string Run)> _earlier = [];
    private bool _recovered;
    private long _lastProduced = -1;
    private long _lastSettled = -1;

    /// <summary>Audit entries that were refused. Those that are stored the audit log accounts for itself.</summary>
    public required Func<long> AuditRefused { get; init; }

    private RollupCheck Check => new(directory, _process, options.Slos);

    public void Enqueue(CentralWrite write) => _arriving.Enqueue(write);

    /// <summary>
    /// Writes everything there is in one transaction. Null when it is committed, or there was nothing, or a reader holds up the file.
    /// </summary>
    /// <param name="ending">This run ends with it.</param>
    /// <param name="now">Someone waits for it: it is written even while a reader holds up the file.</param>
    public SqliteFailure? Write(bool ending = false, bool now = false)
    {
        Collect();
        var accounts = Accounts();
        if (!ending && _waiting.Count == 0 && !buffers.Heard.HasRows && !buffers.Central.Any(s => s.HasRows) && !Changed(accounts))
        {
            return null;
        }

        try
        {
            Open();
            if (!now && IsHeld())
            {
                if (_waiting.Count > 0)
                {
                    _file!.Database.InTransaction(() => _waiting.ForEach(w => w.Apply(_file.Database)));
                    Complete();
                }

                return null;
            }

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

    /// <summary>Settles what a killed run of this process left; to be called before this run stores its first row.</summary>
    public SqliteFailure? Recover()
    {
        try
        {
            Open();
            _file!.Database.InTransaction(() => Recover(_file.Database, Check));
            Recovered();
            return null;
        }
        catch (Exception exception) when (exception is SqliteFailure or IOException or UnauthorizedAccessException)
        {
            return Failed(exception as SqliteFailure ?? new SqliteFailure(SQLitePCL.raw.SQLITE_CANTOPEN, exception.Message));
        }
    }

    private void Recover(Database database, RollupCheck? check)
    {
        _earlier = RunCounts.Files(directory, _process).FindAll(c => c.Run != run.Id);
        Recovery.Run(database, directory, _process, run.Id, _earlier, check, UnixTime.Nanos(time.GetUtcNow()));
    }

    private void Recovered()
    {
        _recovered = true;
        _earlier.ForEach(c => RunCounts.Remove(c.Path));
        _earlier.Clear();
    }

    /// <summary>Notes something about the store for people to see.</summary>
    public static bool Note(Database database, List<(string Key, string Value)> notes)
    {
        using var note = database.Prepare("INSERT OR REPLACE INTO _observability_metadata VALUES (?, ?)");
        notes.ForEach(n => note.Bind(1, n.Key).Bind(2, n.Value).Run());
        return true;
    }

    /// <summary>Gives up on heartbeats and single writes that wait, and counts them.</summary>
    public void Drop(string reason)
    {
        Collect();
        foreach (var stream in buffers.Central)
        {
            stream.Drop(reason);
        }

        buffers.Heard.Committed();

        _waiting.ForEach(w => w.Complete(committed: false));
        _waiting.Clear();
    }

    public void Dispose() => _file?.Dispose();

    private void Collect()
    {
        while (_arriving.TryDequeue(out var write))
        {
            _waiting.Add(write);
        }

        foreach (var stream in buffers.Central)
        {
            stream.Collect();
        }

        buffers.Heard.Collect();
    }

    /// <summary>The accounts as they will be once the rows at hand are committed with them.</summary>
    private StreamAccount[] Accounts() => [.. buffers.RawAccounts(), .. buffers.Central.Select(s => s.AccountOnceCommitted())];

    private bool Changed(StreamAccount[] accounts) => accounts.Sum(a => a.Produced) != _lastProduced || Settled(accounts) != _lastSettled;

    private long Settled(StreamAccount[] accounts) => accounts.Sum(a => a.Stored + a.Dropped + a.SampledOut) + AuditRefused();

    private void Open()
    {
        if (_file is null)
        {
            _process = run.Process;
            _file = new CentralFile(directory);
            _file.Database.Execute($"PRAGMA journal_size_limit={options.MaxWalBytes / 2}");
            _rollups = new RollupTable(_process);
        }
    }

    // Once all is copied back, whichever process writes next begins the WAL anew and so makes it small again.
    private bool IsHeld() => SegmentFiles.WalBytes(_file!.Database.Path) > options.MaxWalBytes / 2 && _file.Database.IsHeldBack();

    private void WriteAll(Database database, StreamAccount[] accounts, bool ending)
    {
        if (!_recovered)
        {
            // The file was locked when this run began.
            Recover(database, check: null);
        }

        foreach (var stream in buffers.Central)
        {
            stream.Write(database);
        }

        _rollups!.Write(database, fold);
        metrics.Write(database);
        services.Write(database);
        buffers.Heard.Write(database);
        var now = UnixTime.Nanos(time.GetUtcNow());
        foreach (var account in accounts)
        {
            LossTable.Write(database, _process, run.Id, account, now, ending);
        }

        LossTable.SetDropped(database, _process, run.Id, Streams.Audit, "refused", AuditRefused(), now, ending);

        foreach (var write in _waiting)
        {
            write.Apply(database);
        }

        if (Math.Abs(now - _retained) >= UnixTime.Minute)
        {
            _retained = CentralRetention.Step(database, options, now) ? now - UnixTime.Minute : now;
        }
    }

    private void Committed(StreamAccount[] accounts)
    {
        foreach (var stream in buffers.Central)
        {
            stream.Committed();
        }

        metrics.Committed();
        services.Committed();
        buffers.Heard.Committed();
        Complete();
        if (!_recovered)
        {
            Recovered();
        }

        RollupTable.Written(fold);
        var now = UnixTime.Nanos(time.GetUtcNow());
        fold.Forget(minutesBefore: now - (3 * UnixTime.Minute), hoursBefore: now - (2 * UnixTime.Hour));
        _lastProduced = accounts.Sum(a => a.Produced);
        _lastSettled = Settled(accounts);
    }

    private void Complete()
    {
        _busy = 0;
        _waiting.ForEach(w => w.Complete(committed: true));
        _waiting.Clear();
    }

    private SqliteFailure Failed(SqliteFailure failure)
    {
        if (failure.IsBusy && ++_busy < MaxBusy)
        {
            return failure;
        }

        // Whoever waits for a single write is told now; rows wait for better times.
        _busy = 0;
        _waiting.ForEach(w => w.Complete(committed: false));
        _waiting.Clear();
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
