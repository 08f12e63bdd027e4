using System.Data;
using System.Diagnostics;
using Orion.Store.Health;
using Orion.Store.Jobs;
using Orion.Store.Journal;
using Orion.Store.Postgres;
using Orion.Store.Schema;
using Orion.Store.Sql;
using Orion.Store.Sqlite;

namespace Orion.Store;

/// <summary>
/// The domain's database: a SQLite file on one machine, or PostgreSQL for many. Reads and writes are closures over a transaction; a write
/// is acknowledged only when it is durable, and behaves as if it had run alone.
/// </summary>
public sealed class DomainStore : IAsyncDisposable
{
    /// <summary>Name of the store's <see cref="ActivitySource"/>.</summary>
    public const string SourceName = "Orion.Store";

    /// <summary>Name of the span of each write.</summary>
    public const string WriteSpan = "store.write";

    private static readonly ActivitySource s_source = new(SourceName);

    private readonly StoreEngine _engine;
    private int _disposed;

    /// <summary>Opens the database, migrates it, and begins to work. Blocks meanwhile: for the start of a process.</summary>
    /// <exception cref="ArgumentException">A setting cannot work; the message names its key.</exception>
    /// <exception cref="StoreSchemaException">
    /// The database is newer than this code, or its migrations are not this code's; it was not touched.
    /// </exception>
    /// <exception cref="StoreFailedException">The database cannot be reached.</exception>
    public DomainStore(DomainStoreOptions options, TimeProvider time) : this(options, time, migrations: null)
    {
    }

    internal DomainStore(DomainStoreOptions options, TimeProvider time, IReadOnlyList<Migration>? migrations)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        DomainStoreOptions.ThrowIfInvalid(options);
        _engine = options.IsPostgres
            ? PostgresEngine.Open(options, time, migrations ?? Migrations.Of(options, PostgresDialect.Instance), Committed)
            : new SqliteEngine(options, time, migrations ?? Migrations.Of(options, SqliteDialect.Instance), Committed);
    }

    /// <summary>
    /// Raised when a commit of this process had audit entries in it, on the thread that committed; what it calls must not block.
    /// </summary>
    public event EventHandler? AuditEntriesCommitted;

    /// <summary>How the engine says what engines say differently.</summary>
    public Dialect Dialect => _engine.Dialect;

    /// <summary>How many transactions were committed; one may hold many writes.</summary>
    internal long Commits => _engine.Commits;

    /// <summary>Why the last write could not be made durable; null when it was.</summary>
    internal WriteFailure? WriteFailure => _engine.WriteFailure;

    /// <summary>How long ago the database last took a transaction of this process, an empty one too.</summary>
    internal TimeSpan SinceCommit => _engine.SinceCommit;

    /// <summary>Runs <paramref name="work"/> in a transaction; its effects are durable when the task completes.</summary>
    /// <exception cref="StoreBusyException">
    /// Too many writes wait already, or another process holds the database; nothing was done.
    /// </exception>
    /// <exception cref="StoreFailedException">The transaction could not be committed; nothing was done.</exception>
    /// <exception cref="StoreOutcomeUnknownException">
    /// The database went away while it committed and has not come back since: the write was done wholly or not at all.
    /// </exception>
    /// <exception cref="InvalidOperationException">The closure awaited something other than the store; nothing was done.</exception>
    /// <remarks>
    /// An exception thrown by <paramref name="work"/> undoes its own effects only, and reaches its own caller only. Cancellation counts
    /// until the closure starts. The closure sees the caller's async flow (current activity and other async locals). Where many write at
    /// the same time, it runs again when another's commit came in between, so it must have no effects but those of its transaction.
    /// </remarks>
    public Task<T> WriteAsync<T>(Func<WriteTransaction, Task<T>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return TracedAsync(work, IsolationLevel.Serializable, cancellationToken);
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

    /// <summary>
    /// A write whose statements check in their own conditions what they rest on, so that it need not behave as if it had run alone: one
    /// that passes over rows which others hold.
    /// </summary>
    internal Task<T> WriteBesideOthersAsync<T>(Func<WriteTransaction, Task<T>> work, CancellationToken cancellationToken) =>
        TracedAsync(work, IsolationLevel.ReadCommitted, cancellationToken);

    /// <summary>Runs <paramref name="work"/> against a consistent snapshot.</summary>
    /// <exception cref="StoreBusyException">Too many reads wait already.</exception>
    /// <exception cref="InvalidOperationException">The closure awaited something other than the store.</exception>
    public Task<T> ReadAsync<T>(Func<ReadTransaction, Task<T>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return _engine.ReadAsync(work, cancellationToken);
    }

    /// <summary>Completes when the database has taken an empty transaction, which writes nothing and which nobody is told of.</summary>
    /// <exception cref="StoreBusyException">It has not within its time.</exception>
    internal Task ProbeAsync() => WriteAsync(static tx =>
    {
        tx.IsProbe = true;
        return Task.CompletedTask;
    });

    /// <summary>
    /// A value that changes with every commit of any process; no table is read. Only comparing two of them for equality has a meaning.
    /// Exact on SQLite, and for commits of this process; PostgreSQL is asked at most every 25 ms.
    /// </summary>
    public Task<long> VersionAsync(CancellationToken cancellationToken = default) => _engine.VersionAsync(cancellationToken);

    /// <summary>
    /// Completes when any process has committed since <paramref name="version"/>, or after <paramref name="timeout"/>; returns the version
    /// now.
    /// </summary>
    public Task<long> WaitForChangeAsync(long version, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _engine.WaitForChangeAsync(version, timeout, cancellationToken);

    /// <summary>Refuses new calls, finishes those that were accepted, and closes the database.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _engine.DisposeAsync();
    }

    private void Committed(bool auditEntries)
    {
        if (auditEntries)
        {
            AuditEntriesCommitted?.Invoke(this, EventArgs.Empty);
        }
    }

    /// <summary>
    /// A write has a span of its own, from being asked for to being durable, where it belongs to a request or a job; the cause of its facts
    /// is the span that asked.
    /// </summary>
    private async Task<T> TracedAsync<T>(
        Func<WriteTransaction, Task<T>> work, IsolationLevel isolation, CancellationToken cancellationToken)
    {
        var cause = Cause.Current;
        using var span = cause.TraceParent is null ? null : s_source.StartActivity(WriteSpan, ActivityKind.Client);
        span?.SetTag("db.system.name", _engine.Dialect.Name);
        try
        {
            return await _engine.WriteAsync(work, isolation, cause, cancellationToken);
        }
        catch (Exception e) when (e is StoreBusyException or StoreFailedException or StoreOutcomeUnknownException)
        {
            span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", e.GetType().FullName);
            throw;
        }
    }
}
