using System.Data;
using Orion.Store.Health;
using Orion.Store.Schema;
using Orion.Store.Sql;

namespace Orion.Store.Sqlite;

/// <summary>
/// A SQLite file. Writes are closures queued to one writer thread: many share one transaction, each in its own savepoint. Reads run on
/// reader threads over read-only connections.
/// </summary>
internal sealed class SqliteEngine : StoreEngine
{
    private readonly WriterThread _writer;
    private readonly ReaderThreads _readers;
    private readonly ChangeWatch _changes;
    private readonly Action<bool> _committed;

    /// <param name="options">The settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="migrations">The schema.</param>
    /// <param name="committed">Called after each commit of this process; whether audit entries were in it.</param>
    public SqliteEngine(DomainStoreOptions options, TimeProvider time, IReadOnlyList<Migration> migrations, Action<bool> committed)
    {
        _committed = committed;
        var file = new SqliteFile(options.ConnectionString);
        var session = SqliteSchema.OpenMigrated(file, migrations, options.BusyTimeout, time);
        _changes = new ChangeWatch(file, time);
        _readers = new ReaderThreads(file, options, time);
        _writer = new WriterThread(session, options, time, Committed);
    }

    public override Dialect Dialect => SqliteDialect.Instance;

    public override long Commits => _writer.Commits;

    public override WriteFailure? WriteFailure => _writer.Failure;

    public override TimeSpan SinceCommit => _writer.SinceCommit;

    // One writer at a time: every isolation is the strictest.
    public override Task<T> WriteAsync<T>(
        Func<WriteTransaction, Task<T>> work, IsolationLevel isolation, Cause cause, CancellationToken cancellationToken) =>
        Queue(_writer.Queue, work, cause, cancellationToken);

    public override Task<T> ReadAsync<T>(Func<ReadTransaction, Task<T>> work, CancellationToken cancellationToken) =>
        Queue(_readers.Queue, work, Cause.None, cancellationToken);

    public override Task<long> VersionAsync(CancellationToken cancellationToken) => _changes.VersionAsync(cancellationToken);

    public override Task<long> WaitForChangeAsync(long version, TimeSpan timeout, CancellationToken cancellationToken) =>
        _changes.WaitAsync(version, timeout, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        // The writing connection last: only it can move the log into the database and delete it.
        await _readers.DisposeAsync();
        await _changes.DisposeAsync();
        await _writer.DisposeAsync();
    }

    private void Committed(bool auditEntries)
    {
        _changes.Committed();
        _committed(auditEntries);
    }

    private static Task<T> Queue<TTransaction, T>(
        WorkQueue<Work<TTransaction>> queue, Func<TTransaction, Task<T>> closure, Cause cause, CancellationToken cancellationToken)
        where TTransaction : ReadTransaction
    {
        if (StoreThread.IsCurrent)
        {
            throw CalledFromClosure();
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        var work = new Work<TTransaction, T>(closure) { Cause = cause };
        work.CancelBy(cancellationToken);
        try
        {
            queue.Add(work);
        }
        catch (Exception refused) when (refused is StoreBusyException or ObjectDisposedException)
        {
            work.Finish(refused);
        }

        return work.Completion;
    }
}
