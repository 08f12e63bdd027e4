using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Orion.Store.Health;
using SQLitePCL;

namespace Orion.Store.Sqlite;

/// <summary>
/// The one thread that writes: takes what has gathered while the last batch was made durable, runs each closure in its own savepoint of one
/// transaction, commits, and only then answers.
/// </summary>
internal sealed class WriterThread : IAsyncDisposable
{
    private static readonly TimeSpan s_politeAfter = TimeSpan.FromMilliseconds(50);

    private readonly SqliteSession _session;
    private readonly DomainStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<bool> _committed;
    private readonly StoreThread _thread;
    private long _commits;
    private long _lastCommit;
    private WriteFailure? _failure;
    private long _busySince = Stopwatch.GetTimestamp();
    private bool _auditEntries;
    private long _freed;
    private bool _isProbe;

    /// <param name="session">The writing connection.</param>
    /// <param name="options">The settings.</param>
    /// <param name="time">The time.</param>
    /// <param name="committed">Called after each commit that is more than a probe; whether audit entries were in it.</param>
    public WriterThread(SqliteSession session, DomainStoreOptions options, TimeProvider time, Action<bool> committed)
    {
        (_session, _options, _time, _committed) = (session, options, time, committed);
        _lastCommit = time.GetTimestamp();
        Queue = new WorkQueue<Work<WriteTransaction>>(options.MaxQueue);
        _thread = new StoreThread("store writer", Loop);
    }

    public WorkQueue<Work<WriteTransaction>> Queue { get; }

    public async ValueTask DisposeAsync()
    {
        Queue.Close();
        await _thread.Ended;
        Queue.Dispose();
    }

    /// <summary>How long ago the database last took a transaction, an empty one too.</summary>
    public TimeSpan SinceCommit => _time.GetElapsedTime(Interlocked.Read(ref _lastCommit));

    /// <summary>Why the database could not keep the last batch that wrote something; null when it was committed.</summary>
    public WriteFailure? Failure => Volatile.Read(ref _failure);

    /// <summary>Transactions committed so far.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    private void Loop()
    {
        using var closing = _session;
        var batch = new List<Work<WriteTransaction>>(_options.MaxBatch);
        while (Queue.Take(batch, _options.MaxBatch))
        {
            RunBatch(batch);
            LetOthersWrite();
        }
    }

    private void RunBatch(List<Work<WriteTransaction>> batch)
    {
        var next = 0;
        while (next < batch.Count)
        {
            var done = new List<(Work<WriteTransaction> Work, Exception? Failure)>(batch.Count - next);
            var changesBefore = _session.Changes;
            (_auditEntries, _freed, _isProbe) = (false, 0, true);
            var lost = Begin(batch[next]);
            while (next < batch.Count && (lost is not null ? IsLost(batch[next], lost) : _session.InTransaction))
            {
                if (batch[next].TryTake())
                {
                    done.Add((batch[next], lost ?? RunOne(batch[next])));
                }

                next++;
            }

            // Also a closure's failure is told after the commit: it may rest on what an earlier closure of the batch wrote.
            lost ??= Commit(done.LastOrDefault().Failure);
            Remember(lost
                ?? done.Select(d => d.Failure).FirstOrDefault(f => f is StoreFailedException), _session.Changes - changesBefore > _freed);
            foreach (var (work, failure) in done)
            {
                work.Finish(lost ?? failure);
            }
        }
    }

    /// <summary>Waits for the database as long as the oldest write may still wait: what it waited in the queue counts.</summary>
    private Exception? Begin(Work<WriteTransaction> oldest)
    {
        try
        {
            Busy.Retry(() => _session.TryExec("BEGIN IMMEDIATE"), _session, _options.BusyTimeout - oldest.Waited, _options.BusyTimeout);
            return null;
        }
        catch (StoreBusyException busy)
        {
            return busy;
        }
        catch (Exception failure)
        {
            return new StoreFailedException("The database could not begin a transaction; nothing was done.", failure);
        }
    }

    /// <summary>
    /// Whether a failed beginning is this write's too: one that came later than the oldest may wait longer for a busy database.
    /// </summary>
    private bool IsLost(Work<WriteTransaction> work, Exception failure) =>
        failure is not StoreBusyException || work.Waited > _options.BusyTimeout;

    private Exception? RunOne(Work<WriteTransaction> work)
    {
        try
        {
            _session.Exec("SAVEPOINT w");
            var transaction = new WriteTransaction(_session, _time.GetUtcNow, work.Cause);
            var failure = work.Run(transaction);
            _auditEntries |= failure is null && transaction.HasAuditEntry;
            _freed += transaction.Freed;
            _isProbe &= transaction.IsProbe;
            if (_session.InTransaction)
            {
                _session.Exec(failure is null ? "RELEASE w" : "ROLLBACK TO w; RELEASE w");
            }

            return OfTheEngine(failure) ? new StoreFailedException("The database could not write; nothing was done.", failure) : failure;
        }
        catch (Exception failure)
        {
            // The savepoint itself failed: what it holds cannot be told from the rest, so nothing of the batch may be kept.
            _session.TryExec("ROLLBACK");
            return failure;
        }
    }

    /// <summary>Failures of the disk or the file, which are nothing the closure did wrong.</summary>
    private static bool OfTheEngine(Exception? failure) => failure is SqliteException
    {
        SqliteErrorCode: raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_READONLY or raw.SQLITE_CORRUPT or raw.SQLITE_CANTOPEN,
    };

    // That an empty transaction was committed, or one that only removed, says nothing of whether there is room for another.
    private void Remember(Exception? failure, bool wrote)
    {
        if (failure is StoreFailedException)
        {
            Volatile.Write(ref _failure, new WriteFailure(_time.GetUtcNow(), (failure.InnerException ?? failure).Message));
        }
        else if (failure is null && wrote)
        {
            Volatile.Write(ref _failure, null);
        }
    }

    private StoreFailedException? Commit(Exception? last)
    {
        if (!_session.InTransaction)
        {
            return new StoreFailedException("The database gave the transaction up; nothing was done.", last);
        }

        try
        {
            Busy.Retry(() => _session.TryExec("COMMIT"), _session, _options.BusyTimeout);
        }
        catch (Exception failure)
        {
            _session.TryExec("ROLLBACK");
            return new StoreFailedException("The database could not commit; nothing was done.", failure);
        }

        Interlocked.Increment(ref _commits);
        Interlocked.Exchange(ref _lastCommit, _time.GetTimestamp());
        if (!_isProbe)
        {
            _committed(_auditEntries);
        }

        return null;
    }

    // A writer that begins again at once would starve the other processes, which look for the lock every millisecond.
    private void LetOthersWrite()
    {
        if (Queue.IsEmpty)
        {
            _busySince = Stopwatch.GetTimestamp();
        }
        else if (Stopwatch.GetElapsedTime(_busySince) > s_politeAfter)
        {
            Thread.Sleep(2);
            _busySince = Stopwatch.GetTimestamp();
        }
    }
}
