using System.Data;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.ExceptionServices;
using Npgsql;
using Orion.Store.Health;
using Orion.Store.Schema;
using Orion.Store.Sql;

namespace Orion.Store.Postgres;

/// <summary>
/// A PostgreSQL database. Closures run at the same time, each in a transaction of its own that behaves as if it had run alone
/// (SERIALIZABLE); where two get in each other's way, one of them is run again.
/// </summary>
internal sealed class PostgresEngine : StoreEngine
{
    // What a process takes by itself: others want some of the server's connections, too (100, unless it is told otherwise).
    private const int DefaultConnections = 16;

    // Statements that a connection keeps prepared.
    private const int DefaultPrepared = 200;

    // Beside those that run closures: one asks for the version, one tells of commits.
    private const int OwnConnections = 2;

    // A write that met others so often waits for its turn: where many change the same rows, each attempt of all would undo most others.
    private const int FreeAttempts = 3;

    private static readonly Meter s_meter = new("orion.store");
    private static readonly AsyncLocal<bool> s_inClosure = new();

    // docs/operating.md: many of them say that writes rest on the same rows.
    private static readonly Counter<long> s_retries = s_meter.CreateCounter<long>(
        "orion.store.retries",
        "{attempt}",
        "Attempts at a transaction of PostgreSQL that were made again: after a conflict, or a lost connection");

    private readonly NpgsqlDataSource _source;
    private readonly PostgresChanges _changes;
    private readonly PostgresClock _clock = new();
    private readonly DomainStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<bool> _committed;
    private readonly SemaphoreSlim _turns;
    private readonly int _capacity;

    // Null where the connections know it.
    private readonly TimeSpan? _patience;
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _commits;
    private long _lastCommit;
    private int _calls;
    private bool _isClosed;
    private WriteFailure? _failure;

    private PostgresEngine(
        NpgsqlDataSource source, PostgresChanges changes, DomainStoreOptions options, int connections, bool hasOptions,
        TimeProvider time, Action<bool> committed)
    {
        (_source, _changes, _options, _time, _committed) = (source, changes, options, time, committed);
        _patience = hasOptions ? null : options.BusyTimeout;
        _capacity = connections - OwnConnections;
        _turns = new SemaphoreSlim(_capacity);
        _lastCommit = time.GetTimestamp();
    }

    public override Dialect Dialect => PostgresDialect.Instance;

    public override long Commits => Interlocked.Read(ref _commits);

    public override WriteFailure? WriteFailure => Volatile.Read(ref _failure);

    public override TimeSpan SinceCommit => _time.GetElapsedTime(Interlocked.Read(ref _lastCommit));

    // Tests move a clock of their own; everybody else lives by the database's.
    private bool HasOwnClock => _time != TimeProvider.System;

    /// <summary>Connects, waiting for the server as long as for a release of the database, and migrates. Blocks meanwhile.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="time">The clock, where it is not the database's.</param>
    /// <param name="migrations">The schema.</param>
    /// <param name="committed">Called after each commit of this process; whether audit entries were in it.</param>
    public static PostgresEngine Open(
        DomainStoreOptions options, TimeProvider time, IReadOnlyList<Migration> migrations, Action<bool> committed)
    {
        var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        settings.MaxPoolSize = IsGiven("Maximum Pool Size") ? settings.MaxPoolSize : DefaultConnections;
        settings.MaxPoolSize = Math.Max(settings.MaxPoolSize, OwnConnections + 1);
        if (string.IsNullOrEmpty(settings.ApplicationName))
        {
            settings.ApplicationName = AppDomain.CurrentDomain.FriendlyName;
        }

        // Nothing of a session outlives a transaction here, so there is nothing to reset; and the same few hundred statements come again
        // and again. Each is worth a tenth to a fifth of a small write.
        settings.NoResetOnClose = !IsGiven("No Reset On Close") || settings.NoResetOnClose;
        settings.MaxAutoPrepare = IsGiven("Max Auto Prepare") ? settings.MaxAutoPrepare : DefaultPrepared;

        // Longer than the server's own limits, for when it does not answer at all.
        var patience = (int)Math.Ceiling(options.BusyTimeout.TotalSeconds);
        settings.Timeout = IsGiven("Timeout") ? settings.Timeout : Math.Max(patience, 2);
        settings.CommandTimeout = IsGiven("Command Timeout") ? settings.CommandTimeout : patience + 10;

        var plain = settings.Options;
        settings.Options = $"{plain} {TransactionStart.SessionOptions(options.BusyTimeout)}".TrimStart();
        try
        {
            return Open(settings.ConnectionString);
        }
        catch (PostgresException e) when (PostgresSchema.RefusesOptions(e))
        {
            settings.Options = plain;
            return Open(settings.ConnectionString);
        }

        // Whether the connection string has it (ContainsKey says of all that are known that they are there).
        bool IsGiven(string keyword) => settings.ShouldSerialize(keyword);

        PostgresEngine Open(string connectionString)
        {
            var builder = new NpgsqlDataSourceBuilder(connectionString);

            // What the store does on its own account, between requests and jobs, belongs to no trace.
            builder.ConfigureTracing(tracing => tracing
                .ConfigureCommandFilter(_ => Activity.Current is not null)
                .ConfigureCommandEnrichmentCallback(static (span, command) =>
                    span.SetTag("db.query.text", TransactionStart.WithoutStart(command.CommandText))));
            var source = builder.Build();
            try
            {
                // On the pool: a caller may have a context of its own that it would have to wait on.
                var (schema, hasOptions) = Task.Run(() => PostgresSchema.MigrateAsync(source, migrations, options.BusyTimeout, time))
                    .GetAwaiter().GetResult();
                var changes = new PostgresChanges(source, options, schema, time);
                return new PostgresEngine(source, changes, options, settings.MaxPoolSize, hasOptions, time, committed);
            }
            catch
            {
                source.Dispose();
                throw;
            }
        }
    }

    public override Task<T> WriteAsync<T>(
        Func<WriteTransaction, Task<T>> work, IsolationLevel isolation, Cause cause, CancellationToken cancellationToken) =>
        CallAsync(call => AttemptsAsync(call, () => WriteOnceAsync(work, isolation, cause, call)), cancellationToken);

    public override Task<T> ReadAsync<T>(Func<ReadTransaction, Task<T>> work, CancellationToken cancellationToken) =>
        CallAsync(call => AttemptsAsync(call, () => ReadOnceAsync(work, call)), cancellationToken);

    /// <summary>As patient as a read: a request may ask for it before it reads.</summary>
    public override Task<long> VersionAsync(CancellationToken cancellationToken) => AttemptsAsync(
        new Call(cancellationToken), async () => new Attempt<long>(await _changes.VersionAsync(cancellationToken), null));

    public override Task<long> WaitForChangeAsync(long version, TimeSpan timeout, CancellationToken cancellationToken) =>
        _changes.WaitAsync(version, timeout, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        lock (_closing)
        {
            _isClosed = true;
            if (_calls == 0)
            {
                _idle.TrySetResult();
            }
        }

        await _idle.Task;
        await _closing.CancelAsync();
        await _changes.DisposeAsync();
        await _source.DisposeAsync();
        _turns.Dispose();
        _closing.Dispose();
    }

    private async Task<T> CallAsync<T>(Func<Call, Task<T>> run, CancellationToken cancellationToken)
    {
        if (s_inClosure.Value)
        {
            throw CalledFromClosure();
        }

        cancellationToken.ThrowIfCancellationRequested();
        lock (_closing)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(DomainStore));
            if (_calls - (_capacity - _turns.CurrentCount) >= _options.MaxQueue)
            {
                throw new StoreBusyException($"{_options.MaxQueue} calls wait for the database already; nothing was done.");
            }

            _calls++;
        }

        try
        {
            var call = new Call(cancellationToken);
            if (!await _turns.WaitAsync(_options.BusyTimeout, cancellationToken))
            {
                throw new StoreBusyException(
                    $"All connections have been busy for {_options.BusyTimeout.TotalSeconds:0.#} s; nothing was done.");
            }

            try
            {
                // On the pool, without a context that a closure would have to go on in.
                return await Task.Run(() => run(call), CancellationToken.None);
            }
            finally
            {
                _turns.Release();
            }
        }
        finally
        {
            lock (_closing)
            {
                if (--_calls == 0 && _isClosed)
                {
                    _idle.TrySetResult();
                }
            }
        }
    }

    /// <summary>Tries until it succeeds, the closure's own failure is told, or the call has waited for as long as it may.</summary>
    private async Task<T> AttemptsAsync<T>(Call call, Func<Task<Attempt<T>>> attempt)
    {
        while (true)
        {
            try
            {
                var (result, ofTheClosure) = await attempt();
                ofTheClosure?.Throw();
                return result!;
            }
            catch (Exception failure) when (PostgresErrors.Of(failure) is not PostgresError.OfTheClosure and var error && !call.IsOver)
            {
                var left = _options.BusyTimeout - call.Waited;
                if (error is PostgresError.Held || (error is PostgresError.Conflict && left <= TimeSpan.Zero))
                {
                    throw new StoreBusyException(failure is PostgresException { SqlState: PostgresErrorCodes.QueryCanceled }
                        ? $"A statement has not ended within {call.Waited.TotalSeconds:0.#} s; nothing was done."
                        : $"Other transactions have held what was needed for {call.Waited.TotalSeconds:0.#} s; nothing was done.");
                }

                if (error is PostgresError.Broken || left <= TimeSpan.Zero)
                {
                    throw Failed(failure);
                }

                call.ClockMoved |= failure is ClockMovedException;
                call.Conflicts += (error, failure) switch
                {
                    // It has cost all of them a second to find that they wait for each other (deadlock_timeout): once is enough.
                    (_, PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected }) => FreeAttempts,
                    (PostgresError.Conflict, not ClockMovedException) => 1,
                    _ => 0,
                };
                var why = failure is ClockMovedException ? "clock" : error is PostgresError.Conflict ? "conflict" : "connection";
                s_retries.Add(1, new KeyValuePair<string, object?>("error.type", why));

                // Spread out, so that those who met do not meet again; a server that restarts is not asked more often than it can answer.
                var longest = Math.Min(error is PostgresError.Conflict ? 2 << Math.Min(call.Conflicts, 6) : 250, left.TotalMilliseconds);
                await Task.Delay(TimeSpan.FromMilliseconds(1 + (Random.Shared.NextDouble() * longest)), CancellationToken.None);
                call.CancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<Attempt<T>> ReadOnceAsync<T>(Func<ReadTransaction, Task<T>> work, Call call)
    {
        await using var connection = await _source.OpenConnectionAsync(call.CancellationToken);
        var session = await SessionAsync(connection, IsolationLevel.Snapshot, call);
        var transaction = new ReadTransaction(session, Now(session));
        var (result, failure) = await RunAsync(session, transaction, () => work(transaction));
        await EndAsync(session, failure);
        return failure is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction }
            ? call.Ends<T>(new InvalidOperationException("A read cannot write: that is what WriteAsync is for.", failure))
            : failure is not null ? call.Ends<T>(failure) : new Attempt<T>(result, null);
    }

    private async Task<Attempt<T>> WriteOnceAsync<T>(
        Func<WriteTransaction, Task<T>> work, IsolationLevel isolation, Cause cause, Call call)
    {
        await using var connection = await _source.OpenConnectionAsync(call.CancellationToken);
        var session = await SessionAsync(connection, isolation, call);
        var transaction = new WriteTransaction(session, Now(session), cause);
        var (result, failure) = await RunAsync(session, transaction, () => work(transaction));
        if ((transaction.Doom ?? failure) is { } undone)
        {
            await EndAsync(session, undone);
            return call.Ends<T>(undone);
        }

        // A write without a statement says that the database takes writes, too.
        await session.BeginAsync();
        try
        {
            await session.CommitAsync();
        }
        catch (Exception lost) when (PostgresErrors.Of(lost) == PostgresError.Away)
        {
            // Given back first: those who find out together must not wait for each other's connections.
            await connection.DisposeAsync();
            if (!await WasCommittedAsync(session.Begun!, lost, call))
            {
                throw;
            }
        }

        Committed(transaction, session);
        return new Attempt<T>(result, null);
    }

    private async Task<bool> WasCommittedAsync(Begun begun, Exception lost, Call call)
    {
        try
        {
            return await LostCommit.WasCommittedAsync(_source, begun, lost, () => call.Waited, _options.BusyTimeout);
        }
        catch (StoreOutcomeUnknownException)
        {
            Failed(lost);
            throw;
        }
    }

    private async Task<PostgresSession> SessionAsync(NpgsqlConnection connection, IsolationLevel isolation, Call call)
    {
        call.CancellationToken.ThrowIfCancellationRequested();
        var start = new TransactionStart(isolation, call.Conflicts >= FreeAttempts, _patience);
        var session = new PostgresSession(connection, start, _clock);
        if (_clock.Now is null || call.ClockMoved)
        {
            await session.BeginAsync();
        }

        return session;
    }

    /// <summary>Runs the closure; gives its own failure, which is also that of a statement of its, where it went on.</summary>
    /// <exception cref="NpgsqlException">The database is why it failed, whatever the closure made of that: it can be run again.</exception>
    private static async Task<(T? Result, Exception? Failure)> RunAsync<T>(
        PostgresSession session, ReadTransaction transaction, Func<Task<T>> closure)
    {
        T? result = default;
        Exception? own = null;
        s_inClosure.Value = true;
        try
        {
            result = await session.RunAsync(closure);
        }
        catch (Exception failure)
        {
            own = failure;
        }
        finally
        {
            s_inClosure.Value = false;
            transaction.End();
        }

        if (session.Failure is { } first && PostgresErrors.Of(first) != PostgresError.OfTheClosure && !IsWriteOfRead(first))
        {
            await EndAsync(session, first);
            ExceptionDispatchInfo.Throw(first);
        }

        return (result, own ?? session.Failure);
    }

    private static bool IsWriteOfRead(Exception failure) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction };

    private static async Task EndAsync(PostgresSession session, Exception? failure)
    {
        try
        {
            await session.RollbackAsync();
        }
        catch (Exception) when (failure is not null)
        {
            // What was to be undone is, with its connection; the closure's failure says why.
        }
    }

    private void Committed(WriteTransaction transaction, PostgresSession session)
    {
        Interlocked.Increment(ref _commits);
        Interlocked.Exchange(ref _lastCommit, _time.GetTimestamp());
        if (transaction.IsProbe || !session.HasWritten)
        {
            return;
        }

        Volatile.Write(ref _failure, null);
        _changes.Committed();
        _committed(transaction.HasAuditEntry);
    }

    private StoreFailedException Failed(Exception failure)
    {
        Volatile.Write(ref _failure, new WriteFailure(_time.GetUtcNow(), failure.Message));
        return new StoreFailedException("The database could not be reached, or could not write; nothing was done.", failure);
    }

    private Func<DateTimeOffset> Now(PostgresSession session) => HasOwnClock ? _time.GetUtcNow : () => session.Now;

    /// <summary>How an attempt ended that the database had no part in failing.</summary>
    private readonly record struct Attempt<T>(T? Result, ExceptionDispatchInfo? OfTheClosure);

    /// <summary>One call, with all its attempts.</summary>
    private sealed class Call(CancellationToken cancellationToken)
    {
        private readonly long _started = Stopwatch.GetTimestamp();

        /// <summary>How many attempts others were in the way of.</summary>
        public int Conflicts { get; set; }

        /// <summary>
        /// Whether the database's clock was not where it was thought to be, or the closure took its time: it is asked beforehand.
        /// </summary>
        public bool ClockMoved { get; set; }

        /// <summary>Whether the closure's own failure is its end, of whatever type that is.</summary>
        public bool IsOver { get; private set; }

        public TimeSpan Waited => Stopwatch.GetElapsedTime(_started);

        public CancellationToken CancellationToken => cancellationToken;

        public Attempt<T> Ends<T>(Exception failure)
        {
            IsOver = true;
            return new Attempt<T>(default, ExceptionDispatchInfo.Capture(failure));
        }
    }
}
