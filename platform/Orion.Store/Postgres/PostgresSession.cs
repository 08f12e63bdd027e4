using System.Data.Common;
using Npgsql;
using Orion.Store.Sql;

namespace Orion.Store.Postgres;

/// <summary>
/// One transaction on one connection. It watches its closure: one that waits for anything but this session's statements holds a
/// transaction, and what that locks, for as long as somebody else likes, and is refused at once.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="start">How its transaction begins; null where the caller begins it.</param>
/// <param name="clock">The database's clock.</param>
internal sealed class PostgresSession(NpgsqlConnection connection, TransactionStart? start = null, PostgresClock? clock = null) : SqlSession
{
    private readonly TaskCompletionSource _strayed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Queue<Action> _answers = new();
    private Task? _closure;
    private bool _isRunning;
    private int _asked;
    private TransactionStart? _start = start;
    private DateTimeOffset? _now;

    public override Dialect Dialect => PostgresDialect.Instance;

    public override bool IsOfOneThread => false;

    /// <summary>Whether a statement changed rows.</summary>
    public bool HasWritten { get; private set; }

    /// <summary>What the database said when the transaction began; null before its first statement.</summary>
    public Begun? Begun { get; private set; }

    /// <summary>The time of the transaction, which is the database's, and the same for as long as it lives.</summary>
    public DateTimeOffset Now => _now ??= Begun?.Now ?? clock?.Now
        ?? throw new InvalidOperationException("The transaction has not begun, and the database's clock is not known.");

    /// <summary>
    /// What the first statement that failed failed with. The database takes no further ones, and would end the transaction without effects
    /// and without a word.
    /// </summary>
    public Exception? Failure { get; private set; }

    /// <summary>Begins the transaction before its first statement.</summary>
    public async Task BeginAsync()
    {
        if (Starts("") is { } sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await using var reader = await command.ExecuteReaderAsync();
            await BegunAsync(reader);
        }
    }

    public Task CommitAsync() => ControlAsync("COMMIT");

    /// <summary>Ends it without effects; there is nothing to end where no statement was made.</summary>
    public Task RollbackAsync() => _start is null ? ControlAsync("ROLLBACK") : Task.CompletedTask;

    public override Task<long?> NumberAsync() => _start is null
        ? Task.FromResult(Begun?.Number)
        : WatchedAsync(async () =>
        {
            await BeginAsync();
            return Begun?.Number;
        });

    /// <summary>Executes a script of the store's own.</summary>
    public async Task ControlAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public override Task<int> ExecuteAsync(string sql, object? args = null) => WatchedAsync(async () =>
    {
        await using var command = new NpgsqlCommand(null, connection);
        await using var reader = await ReaderAsync(command, sql, args);
        return await ChangedAsync(reader);
    });

    public override Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args, int limit = int.MaxValue) => WatchedAsync(async () =>
    {
        await using var command = new NpgsqlCommand(null, connection);
        await using var reader = await ReaderAsync(command, sql, args);
        var rows = new List<T>();
        Func<DbDataReader, T>? read = null;
        while (rows.Count < limit && await reader.ReadAsync())
        {
            read ??= RowReader.For<T>(reader);
            rows.Add(read(reader));
        }

        await ChangedAsync(reader);
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

    private async Task<NpgsqlDataReader> ReaderAsync(NpgsqlCommand command, string sql, object? args)
    {
        RefuseTransactionControl(sql);
        SqlParameters.Bind(command, args, Dialect);
        var starting = Starts(sql);
        command.CommandText = starting ?? sql;
        var reader = await command.ExecuteReaderAsync();
        try
        {
            if (starting is not null)
            {
                await BegunAsync(reader);
                await reader.NextResultAsync();
            }

            return reader;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    /// <summary>The rows that a statement changed, which it tells at its end.</summary>
    private async Task<int> ChangedAsync(NpgsqlDataReader reader)
    {
        await reader.CloseAsync();
        HasWritten |= reader.RecordsAffected > 0;
        return reader.RecordsAffected;
    }

    /// <summary>The statement with what begins the transaction before it; null when that was sent before.</summary>
    private string? Starts(string sql) => Interlocked.Exchange(ref _start, null) is { } start ? start.Sql + sql : null;

    /// <exception cref="ClockMovedException">The closure has gone by a time that was not the database's.</exception>
    private async Task BegunAsync(NpgsqlDataReader reader)
    {
        await reader.ReadAsync();
        Begun = TransactionStart.Read(reader);
        clock?.Told(Begun.Now);
        if (_now is { } taken && !PostgresClock.IsNear(taken, Begun.Now))
        {
            throw new ClockMovedException();
        }
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
