using System.Collections.Concurrent;

namespace OrionPlatform.Sink;

/// <summary>
/// The audit log. Entries are written in order by a thread of their own, durably (the disk is told to keep them). When more wait than the
/// buffer holds, or the sink is closing, the caller writes its entry itself: an entry is stored, or its caller is told that it is not.
/// </summary>
public sealed class AuditLogger : IAsyncDisposable
{
    private const int MaxWaiting = 1_000;
    private const int MaxBatch = 200;

    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly Lock _writing = new();

    // Bounded by MaxWaiting.
    private readonly BlockingCollection<Waiting> _queue = new(MaxWaiting);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Database? _database;
    private long _produced;
    private long _stored;
    private long _refused;

    internal AuditLogger(string directory, TimeProvider time)
    {
        _directory = directory;
        _time = time;
        new Thread(Loop) { IsBackground = true, Name = "telemetry-audit" }.Start();
    }

    /// <summary>Stores an entry; the task completes when it is durable.</summary>
    /// <exception cref="AuditUnavailableException">It is not stored and will not be.</exception>
    /// <remarks>Blocks its caller for the length of one insert when the buffer is full.</remarks>
    public Task LogAsync(AuditEntry entry)
    {
        Prepare(entry);
        var waiting = new Waiting(entry, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (!TryQueue(waiting))
        {
            try
            {
                Write([entry]);
                waiting.Done.TrySetResult();
            }
            catch (AuditUnavailableException exception)
            {
                waiting.Done.TrySetException(exception);
            }
        }

        return waiting.Done.Task;
    }

    /// <summary>Stores an entry before it returns.</summary>
    /// <exception cref="AuditUnavailableException">It is not stored and will not be.</exception>
    public void Log(AuditEntry entry)
    {
        Prepare(entry);
        Write([entry]);
    }

    /// <summary>The account of the stream.</summary>
    internal StreamAccount Account()
    {
        var account = new StreamAccount(Streams.Audit) { Stored = Interlocked.Read(ref _stored) };
        account.Drop("refused", null, Interlocked.Read(ref _refused));
        account.Produced = Math.Max(Interlocked.Read(ref _produced), account.Stored + account.Dropped);
        return account;
    }

    /// <summary>Stores what waits and ends the thread; later entries are written by their callers.</summary>
    /// <remarks>The queue itself is left to the finalizer: a caller may come in at any time, also now.</remarks>
    public async ValueTask DisposeAsync()
    {
        _queue.CompleteAdding();
        await _ended.Task;
    }

    private void Prepare(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        entry.Time ??= _time.GetUtcNow();
        Interlocked.Increment(ref _produced);
    }

    private bool TryQueue(Waiting waiting)
    {
        try
        {
            return _queue.TryAdd(waiting);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private void Loop()
    {
        var batch = new List<Waiting>();
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            batch.Add(first);
            while (batch.Count < MaxBatch && _queue.TryTake(out var more))
            {
                batch.Add(more);
            }

            try
            {
                Write(batch.ConvertAll(w => w.Entry));
                batch.ForEach(w => w.Done.TrySetResult());
            }
            catch (AuditUnavailableException exception)
            {
                batch.ForEach(w => w.Done.TrySetException(exception));
            }

            batch.Clear();
        }

        lock (_writing)
        {
            _database?.Dispose();
            _database = null;
        }

        _ended.TrySetResult();
    }

    private void Write(List<AuditEntry> entries)
    {
        lock (_writing)
        {
            try
            {
                WriteOnce(entries);
            }
            catch (Exception exception)
            {
                // Whatever it is, it is the entry's caller who has to know.
                Interlocked.Add(ref _refused, entries.Count);
                throw new AuditUnavailableException($"The audit log cannot be written: {exception.Message}", exception);
            }
            finally
            {
                if (_queue.IsCompleted)
                {
                    _database?.Dispose();
                    _database = null;
                }
            }
        }

        Interlocked.Add(ref _stored, entries.Count);
    }

    private void WriteOnce(List<AuditEntry> entries)
    {
        try
        {
            _database ??= Open();
            _database.InTransaction(() => AuditTable.Write(_database, entries));
        }
        catch
        {
            _database?.Dispose();
            _database = null;
            throw;
        }
    }

    private Database Open()
    {
        // Waits longer than others for the lock, and has each commit flushed to disk: an acknowledged entry survives a power cut.
        var file = new CentralFile(_directory, busyMs: 10_000);
        file.Database.Execute("PRAGMA synchronous=FULL");
        return file.Database;
    }

    private sealed record Waiting(AuditEntry Entry, TaskCompletionSource Done);
}
