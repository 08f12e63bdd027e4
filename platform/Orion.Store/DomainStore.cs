using System.Diagnostics;
using Orion.Store.Changes;
using Orion.Store.Health;
using Orion.Store.Jobs;
using Orion.Store.Journal;
using Orion.Store.Schema;
using Orion.Store.Sql;

namespace Orion.Store;

/// <summary>
/// The domain's database. Writes are closures queued to one writer thread: many share one transaction, each in its own savepoint; a write
/// is acknowledged only when it is durable. Reads run on the store's own reader threads over read-only connections.
/// </summary>
public sealed class DomainStore : IAsyncDisposable
{
    /// <summary>Name of the store's <see cref="ActivitySource"/>.</summary>
    public const string SourceName = "Orion.Store";

    /// <summary>Name of the span of each write.</summary>
    public const string WriteSpan = "store.write";

    private static readonly ActivitySource s_source = new(SourceName);

    private readonly WriterThread _writer;
    private readonly ReaderThreads _readers;
    private readonly ChangeWatch _changes;
    private int _disposed;

    /// <summary>Opens the database, migrates it, and starts its threads. Blocks meanwhile: for the start of a process.</summary>
    /// <exception cref="ArgumentException">A setting cannot work; the message names its key.</exception>
    /// <exception cref="StoreSchemaException">
    /// The database is newer than this code, or its migrations are not this code's; it was not touched.
    /// </exception>
    public DomainStore(DomainStoreOptions options, TimeProvider time) : this(options, time, Migrations.Of(options))
    {
    }

    internal DomainStore(DomainStoreOptions options, TimeProvider time, IReadOnlyList<Migration> migrations)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        DomainStoreOptions.ThrowIfInvalid(options);
        var file = new SqliteFile(options.ConnectionString);
        Folder = Path.GetDirectoryName(file.FullPath)!;
        var session = Migrator.OpenMigrated(file, migrations, options.BusyTimeout, time);
        _changes = new ChangeWatch(file, time);
        _readers = new ReaderThreads(file, options);
        _writer = new WriterThread(session, options, time, Committed);
    }

    /// <summary>The folder of the database; others of the same platform may keep their files beside it.</summary>
    public string Folder { get; }

    /// <summary>
    /// Raised on the writer's thread when a commit of this process had audit entries in it; what it calls must not block.
    /// </summary>
    public event EventHandler? AuditEntriesCommitted;

    /// <summary>How many transactions were committed; one may hold many writes.</summary>
    internal long Commits => _writer.Commits;

    /// <summary>Why the last write could not be made durable; null when it was.</summary>
    internal WriteFailure? WriteFailure => _writer.Failure;

    /// <summary>How long ago the database last took a transaction of this process, an empty one too.</summary>
    internal TimeSpan SinceCommit => _writer.SinceCommit;

    /// <summary>Runs <paramref name="work"/> in a transaction; its effects are durable when the task completes.</summary>
    /// <exception cref="StoreBusyException">
    /// Too many writes wait already, or another process holds the database; nothing was done.
    /// </exception>
    /// <exception cref="StoreFailedException">The transaction could not be committed; nothing was done.</exception>
    /// <exception cref="InvalidOperationException">The closure awaited something other than the store; nothing was done.</exception>
    /// <remarks>
    /// An exception thrown by <paramref name="work"/> undoes its own effects only, and reaches its own caller only. Cancellation counts
    /// until the closure starts. The closure sees the caller's async flow (current activity and other async locals).
    /// </remarks>
    public Task<T> WriteAsync<T>(Func<WriteTransaction, Task<T>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return TracedAsync(work, cancellationToken);
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Func<WriteTransaction, Task> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return WriteAsync(
            async transaction =>
            {
                await work(transaction);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Runs <paramref name="work"/> against a consistent snapshot.</summary>
    /// <exception cref="StoreBusyException">Too many reads wait already.</exception>
    /// <exception cref="InvalidOperationException">The closure awaited something other than the store.</exception>
    public Task<T> ReadAsync<T>(Func<ReadTransaction, Task<T>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Queue(_readers.Queue, work, Cause.None, cancellationToken);
    }

    /// <summary>Completes when the database has taken an empty transaction, which writes nothing and which nobody is told of.</summary>
    /// <exception cref="StoreBusyException">It has not within its time.</exception>
    internal Task ProbeAsync() => WriteAsync(static tx =>
    {
        tx.IsProbe = true;
        return Task.CompletedTask;
    });

    /// <summary>
    /// A value that changes with every commit of any process; a microsecond, no table is read. Only comparing two of them for equality has
    /// a meaning.
    /// </summary>
    public Task<long> VersionAsync(CancellationToken cancellationToken = default) => _changes.VersionAsync(cancellationToken);

    /// <summary>
    /// Completes when any process has committed since <paramref name="version"/>, or after <paramref name="timeout"/>; returns the version
    /// now.
    /// </summary>
    public Task<long> WaitForChangeAsync(long version, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _changes.WaitAsync(version, timeout, cancellationToken);

    /// <summary>Refuses new calls, finishes those that were accepted, and closes the database.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // The writing connection last: only it can move the log into the database and delete it.
        await _readers.DisposeAsync();
        await _changes.DisposeAsync();
        await _writer.DisposeAsync();
    }

    private void Committed(bool auditEntries)
    {
        _changes.Committed();
        if (auditEntries)
        {
            AuditEntriesCommitted?.Invoke(this, EventArgs.Empty);
        }
    }

    /// <summary>
    /// A write has a span of its own, from being asked for to being durable, where it belongs to a request or a job; the cause of its facts
    /// is the span that asked.
    /// </summary>
    private async Task<T> TracedAsync<T>(Func<WriteTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        var cause = Cause.Current;
        using var span = cause.TraceParent is null ? null : s_source.StartActivity(WriteSpan, ActivityKind.Client);
        span?.SetTag("db.system.name", "sqlite");
        try
        {
            return await Queue(_writer.Queue, work, cause, cancellationToken);
        }
        catch (Exception e) when (e is StoreBusyException or StoreFailedException)
        {
            span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", e.GetType().FullName);
            throw;
        }
    }

    private static Task<T> Queue<TTransaction, T>(
        WorkQueue<Work<TTransaction>> queue, Func<TTransaction, Task<T>> closure, Cause cause, CancellationToken cancellationToken)
        where TTransaction : ReadTransaction
    {
        if (StoreThread.IsCurrent)
        {
            throw new InvalidOperationException(
                "A closure of the store called the store again: use the transaction that was passed to it.");
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
