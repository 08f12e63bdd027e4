using System.Data;
using System.Data.Common;
using Npgsql;
using Orion.Store.Schema;
using Orion.Store.Sql;

namespace Orion.Store.Postgres;

/// <summary>What the database says of a transaction when it begins.</summary>
/// <param name="Now">Its clock.</param>
/// <param name="Number">The transaction's number; 0 of one that only reads.</param>
/// <param name="Timeline">The timeline of the server's log: another one after a failover.</param>
internal sealed record Begun(DateTimeOffset Now, long Number, string Timeline)
{
    /// <summary>Asks for the last two.</summary>
    public const string Numbers = $"pg_current_xact_id()::text::bigint, {CurrentTimeline}";

    /// <summary>Asks for the timeline.</summary>
    public const string CurrentTimeline = "left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)";
}

/// <summary>
/// One transaction on one connection. It watches its closure: one that waits for anything but this session's statements holds a
/// transaction, and what that locks, for as long as somebody else likes, and is refused at once.
/// </summary>
internal sealed class PostgresSession(NpgsqlConnection connection) : SqlSession
{
    private readonly TaskCompletionSource _strayed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Queue<Action> _answers = new();
    private Task? _closure;
    private bool _isRunning;
    private int _asked;

    public override Dialect Dialect => PostgresDialect.Instance;

    public override bool IsOfOneThread => false;

    /// <summary>Whether a statement changed rows.</summary>
    public bool HasWritten { get; private set; }

    /// <summary>
    /// What the first statement that failed failed with. The database takes no further ones, and would end the transaction without effects
    /// and without a word.
    /// </summary>
    public Exception? Failure { get; private set; }

    /// <summary>Begins a transaction, tells the database how patient it may be with it, and asks what is to be known of it.</summary>
    /// <param name="isolation">Its isolation; <see cref="IsolationLevel.Snapshot"/> for one that only reads.</param>
    /// <param name="isInTurn">
    /// Whether it waits for its turn among those that were in each other's way too often: one of them at a time gets through.
    /// </param>
    /// <param name="patience">How long it may wait for locks and between statements, and for one statement.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<Begun> BeginAsync(
        IsolationLevel isolation, bool isInTurn, TimeSpan patience, CancellationToken cancellationToken)
    {
        var (begin, number) = isolation switch
        {
            IsolationLevel.Snapshot => ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "0::bigint, ''"),
            IsolationLevel.ReadCommitted => ("BEGIN ISOLATION LEVEL READ COMMITTED", Begun.Numbers),

            // What a table scan has read conflicts with every write to that table; what an index led to, with its own rows.
            _ => ("BEGIN ISOLATION LEVEL SERIALIZABLE", Begun.Numbers + ", set_config('enable_seqscan', 'off', true)"),
        };
        var limit = (long)patience.TotalMilliseconds;
        if (isInTurn)
        {
            // Before the first SELECT, which fixes what the transaction sees. The lock lets readers pass, and migrations wait.
            begin += $"; SET LOCAL lock_timeout = {limit}; LOCK TABLE {Migrator.Table} IN EXCLUSIVE MODE";
        }

        await using var command = new NpgsqlCommand(
            $"{begin}; SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint, {number}, "
            + $"set_config('lock_timeout', '{limit}', true), "

            // A claim looks costly to the planner, and is not: compiling it would take a hundred times as long as running it.
            + "set_config('jit', 'off', true), "
            + $"set_config('statement_timeout', '{limit + 5_000}', true), "
            + $"set_config('idle_in_transaction_session_timeout', '{limit + 5_000}', true)",
            connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new Begun(DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(0)), reader.GetInt64(1), reader.GetString(2));
    }

    public Task CommitAsync() => ControlAsync("COMMIT");

    public Task RollbackAsync() => ControlAsync("ROLLBACK");

    /// <summary>Executes a script of the store's own.</summary>
    public async Task ControlAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public override Task<int> ExecuteAsync(string sql, object? args = null) => WatchedAsync(async () =>
    {
        await using var command = Command(sql, args);
        var changed = await command.ExecuteNonQueryAsync();
        HasWritten |= changed != 0;
        return changed;
    });

    public override Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args, int limit = int.MaxValue) => WatchedAsync(async () =>
    {
        await using var command = Command(sql, args);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        Func<DbDataReader, T>? read = null;
        while (rows.Count < limit && await reader.ReadAsync())
        {
            read ??= RowReader.For<T>(reader);
            rows.Add(read(reader));
        }

        // What a statement changed it tells at its end.
        await reader.CloseAsync();
        HasWritten |= reader.RecordsAffected > 0;
        return (IReadOnlyList<T>)rows;
    });

    /// <summary>Runs a closure to its end, or until it waits for something else.</summary>
    /// <exception cref="InvalidOperationException">It does.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> closure)
    {
        _isRunning = true;
        var task = closure() ?? throw new InvalidOperationException("The closure returned no task.");
        lock (_gate)
        {
            _closure = task;
        }

        GoOn(null);
        if (await Task.WhenAny(task, _strayed.Task) != task)
        {
            _ = task.ContinueWith(
                static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw StoreEngine.AwaitedSomethingElse();
        }

        return await task;
    }

    private NpgsqlCommand Command(string sql, object? args)
    {
        RefuseTransactionControl(sql);
        var command = new NpgsqlCommand(sql, connection);
        SqlParameters.Bind(command, args, Dialect);
        return command;
    }

    private Task<T> WatchedAsync<T>(Func<Task<T>> statement)
    {
        // Its awaiter goes on within the call that completes it: when that returns, the closure has asked for another statement, has ended,
        // or waits for something else.
        var told = new TaskCompletionSource<T>();
        lock (_gate)
        {
            _asked++;
        }

        _ = TellAsync();
        return told.Task;

        async Task TellAsync()
        {
            Action answer;
            try
            {
                var result = await statement();
                answer = () => told.TrySetResult(result);
            }
            catch (Exception failure)
            {
                Failure ??= failure;
                answer = () => told.TrySetException(failure);
            }

            lock (_gate)
            {
                _asked--;
                if (_isRunning)
                {
                    // It may be about to await this very statement; an answer between its look and its registration would send it
                    // elsewhere.
                    _answers.Enqueue(answer);
                    return;
                }

                _isRunning = true;
            }

            GoOn(answer);
        }
    }

    /// <summary>Lets the closure go on for as long as there are answers for it.</summary>
    private void GoOn(Action? answer)
    {
        while (true)
        {
            answer?.Invoke();
            lock (_gate)
            {
                if (!_answers.TryDequeue(out answer))
                {
                    _isRunning = false;
                    if (_closure is { IsCompleted: false } && _asked == 0)
                    {
                        _strayed.TrySetResult();
                    }

                    return;
                }
            }
        }
    }
}
