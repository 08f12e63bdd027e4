using System.Collections.Concurrent;
using Orion.Sink.Central;
using Orion.Sink.Loss;
using Orion.Sink.Rows;
using Orion.Sink.Sql;
using Orion.Sink.Writing;

namespace Orion.Sink.Audit;

/// <summary>
/// The audit log. Entries are written in order by a thread of their own, durably (the disk is told to keep them). When more wait than the
/// buffer holds, or the sink is closing, the caller writes its entry itself: an entry is stored, or its caller is told that it is not.
/// </summary>
/// <remarks>The stream's account is written in the transaction of its entries, so it is exact also after a kill.</remarks>
public sealed class AuditLogger : IAsyncDisposable
{
    private const int MaxWaiting = 1_000;
    private const int MaxBatch = 200;

    private readonly TelemetrySinkOptions _options;
    private readonly WriterRun _run;
    private readonly TimeProvider _time;
    private readonly Lock _writing = new();

    // Bounded by MaxWaiting.
    private readonly BlockingCollection<Waiting> _queue = new(MaxWaiting);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Database? _database;
    private long _refused;

    internal AuditLogger(TelemetrySinkOptions options, WriterRun run, TimeProvider time)
    {
        (_options, _run, _time) = (options, run, time);
        new Thread(Loop) { IsBackground = true, Name = "telemetry-audit" }.Start();
    }

    /// <summary>Stores an entry; the task completes when it is durable.</summary>
    /// <exception cref="AuditUnavailableException">It is not stored and will not be.</exception>
    /// <remarks>Blocks its caller for the length of one insert when the buffer is full.</remarks>
    public Task LogAsync(AuditEntry entry) => QueueAsync(new Waiting([Timed(entry)], IsCopy: false));

    /// <summary>
    /// Stores entries that are kept elsewhere until this completes; one that is there already stays as it is, so a copy may be repeated.
    /// What cannot be stored is not counted as refused: it is where it was.
    /// </summary>
    /// <exception cref="AuditUnavailableException">They are not stored.</exception>
    public Task CopyAsync(IReadOnlyList<AuditEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return QueueAsync(new Waiting([.. entries.Select(Timed)], IsCopy: true));
    }

    /// <summary>Stores an entry before it returns.</summary>
    /// <exception cref="AuditUnavailableException">It is not stored and will not be.</exception>
    public void Log(AuditEntry entry) => Write([new Waiting([Timed(entry)], IsCopy: false)]);

    /// <summary>Entries that were refused to their callers.</summary>
    internal long Refused => Interlocked.Read(ref _refused);

    /// <summary>Stores entries in the transaction at hand, with what they tell of.</summary>
    internal void Write(Database database, IReadOnlyCollection<AuditEntry> entries)
    {
        var stored = AuditTable.Write(database, entries);
        LossTable.AddStored(database, _run.Process, _run.Id, Streams.Audit, stored, UnixTime.Nanos(_time.GetUtcNow()));
    }

    /// <summary>An entry that says when it was made.</summary>
    internal AuditEntry Timed(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        entry.Time ??= _time.GetUtcNow();
        return entry;
    }

    /// <summary>Stores what waits and ends the thread; later entries are written by their callers.</summary>
    /// <remarks>The queue itself is left to the finalizer: a caller may come in at any time, also now.</remarks>
    public async ValueTask DisposeAsync()
    {
        _queue.CompleteAdding();
        await _ended.Task;
    }

    private Task QueueAsync(Waiting waiting)
    {
        if (!TryQueue(waiting))
        {
            try
            {
                Write([waiting]);
                waiting.Done.TrySetResult();
            }
            catch (AuditUnavailableException exception)
            {
                waiting.Done.TrySetException(exception);
            }
        }

        return waiting.Done.Task;
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

            Settle(batch);
            batch.Clear();
        }

        lock (_writing)
        {
            _database?.Dispose();
            _database = null;
        }

        _ended.TrySetResult();
    }

    private void Settle(List<Waiting> batch)
    {
        try
        {
            Write(batch);
            batch.ForEach(w => w.Done.TrySetResult());
        }
        catch (AuditUnavailableException exception) when (exception.IsOfEntry && batch.Count > 1)
        {
            // Each by itself: an entry that the log does not take is nobody's but its caller's.
            batch.ForEach(w => Settle([w]));
        }
        catch (AuditUnavailableException exception)
        {
            batch.ForEach(w => w.Done.TrySetException(exception));
        }
    }

    private void Write(List<Waiting> waiting)
    {
        lock (_writing)
        {
            try
            {
                WriteOnce([.. waiting.SelectMany(w => w.Entries)]);
            }
            catch (Exception exception)
            {
                // Whatever it is, it is the entry's caller who has to know.
                var isOfEntry = exception is AuditEntryException;
                if (!isOfEntry || waiting.Count == 1)
                {
                    Interlocked.Add(ref _refused, waiting.Count(w => !w.IsCopy));
                }

                var problem = isOfEntry ? "The audit log does not take the entry" : "The audit log cannot be written";
                throw new AuditUnavailableException($"{problem}: {exception.Message}", exception) { IsOfEntry = isOfEntry };
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
    }

    private void WriteOnce(AuditEntry[] entries)
    {
        try
        {
            _database ??= Open();
            _database.InTransaction(() => Write(_database, entries));
        }
        catch (AuditEntryException)
        {
            throw;
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
        var file = new CentralFile(_options.Directory, busyMs: 10_000);
        file.Database.Execute("PRAGMA synchronous=FULL");
        if (_options.MaxPages > 0)
        {
            file.Database.Execute($"PRAGMA max_page_count={_options.MaxPages}");
        }

        return file.Database;
    }

    private sealed record Waiting(AuditEntry[] Entries, bool IsCopy)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
