using System.Diagnostics;
using System.Runtime.CompilerServices;
using Npgsql;
using Orion.Store.Postgres;
using Orion.Store.Sql;

namespace Orion.Store.Copying;

/// <summary>A schema of a PostgreSQL database, over one connection.</summary>
internal sealed class PostgresSide : CopySide
{
    // "copy" as a number: the advisory lock of the one copy that a schema is in at a time.
    private const long Lock = 0x636f7079;

    // A session may be there for a moment after its process has gone.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly NpgsqlConnection _connection;
    private readonly PostgresCatalogue _catalogue;

    private PostgresSide(NpgsqlConnection connection) =>
        (_connection, _catalogue, Session) = (connection, new PostgresCatalogue(connection), new PostgresSession(connection));

    public override string Name => $"{_connection.Database} on {_connection.Host}";

    public override SqlSession Session { get; }

    public static async Task<PostgresSide> OpenAsync(string connectionString)
    {
        // A connection that is idle for as long as the other side is at work.
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            CommandTimeout = 0,
            ApplicationName = "store copy",
            KeepAlive = 30,
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync();
            await PostgresSchema.NameAsync(connection);
            var side = new PostgresSide(connection);
            await side.ScriptAsync("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '10s'; "
                + "SET jit = off");
            return await PatientlyAsync(
                () => side.AskAsync<bool>($"SELECT pg_try_advisory_lock({Lock} # hashtext(current_schema()))"), taken => taken)
                ? side
                : throw new StoreCopyException($"Another copy has {side.Name}, or source and target are the same database.");
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or StoreSchemaException or StoreCopyException)
        {
            await connection.DisposeAsync();
            throw e is StoreCopyException
                ? e
                : new StoreCopyException($"{settings.Database ?? settings.Username} on {settings.Host} cannot be used: {e.Message}", e);
        }
    }

    public override async Task HoldStillAsync()
    {
        // A running platform is connected, if only to listen. Of other users' sessions little more than their number can be seen.
        var others = await PatientlyAsync(
            () => _catalogue.ListAsync(
                "SELECT COALESCE(NULLIF(application_name, ''), 'unnamed') || ' (process ' || pid || ')' FROM pg_stat_activity "
                + "WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL "
                + "AND COALESCE(backend_type, 'client backend') = 'client backend' ORDER BY 1"),
            sessions => sessions.Count == 0);
        if (others.Count > 0)
        {
            throw new StoreCopyException(
                $"Others are connected to {Name}: {string.Join(", ", others.Take(10))}{(others.Count > 10 ? ", ..." : "")}. "
                + "Stop the platform, and whatever else is connected, and try again.");
        }

        await ScriptAsync("BEGIN ISOLATION LEVEL REPEATABLE READ");
        try
        {
            var tables = await _catalogue.ListAsync(PostgresCatalogue.TableNames);
            if (tables.Count > 0)
            {
                await ScriptAsync($"LOCK TABLE {string.Join(", ", tables)} IN SHARE MODE NOWAIT");
            }
        }
        catch (PostgresException held) when (held.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new StoreCopyException(
                $"Somebody is writing to {Name}. Stop the platform, and whatever else uses it, and try again.", held);
        }
    }

    public override async IAsyncEnumerable<object?[]> RowsAsync(
        TableView table, object[]? after, bool isSorted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var where = after is null ? "" : $" WHERE ({table.KeyList}) > ({string.Join(", ", after.Select((_, i) => $"${i + 1}"))})";
        var order = isSorted && table.Key.Count > 0 ? $" ORDER BY {table.KeyList}" : "";
        await using var command = new NpgsqlCommand(
            $"SELECT {table.ColumnList} FROM {TableView.Quoted(table.Name)}{where}{order}", _connection);
        for (var i = 0; i < (after?.Length ?? 0); i++)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = after![i] });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new object?[table.Columns.Count];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i) ? null : Cell(reader, i, table);
            }

            yield return row;
        }
    }

    public override async Task<IReadOnlyDictionary<string, long>> CountersAsync()
    {
        var counters = new Dictionary<string, long>(await _catalogue.SequencesAsync(), StringComparer.OrdinalIgnoreCase);
        if (await AskAsync<bool>("SELECT to_regproc('position_base') IS NOT NULL"))
        {
            var next = await AskAsync<long>($"SELECT {PositionBase.Next}");
            foreach (var table in Followed)
            {
                counters[table] = next;
            }
        }

        if (await AskAsync<bool>("SELECT to_regclass('job_fencing_token') IS NOT NULL"))
        {
            counters[Fence] = await AskAsync<long>("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM job_fencing_token");
        }

        return counters;
    }

    public override async Task SetCountersAsync(IReadOnlyDictionary<string, long> counters)
    {
        foreach (var (table, sequence, column) in await _catalogue.NumberedColumnsAsync())
        {
            var highest = await AskAsync<long>(
                $"SELECT COALESCE(max({TableView.Quoted(column)}), 0)::bigint FROM {TableView.Quoted(table)}");
            await RaiseAsync(sequence, Math.Max(highest, counters.GetValueOrDefault(table)));
        }

        if (await AskAsync<bool>("SELECT to_regclass('job_fencing_token') IS NOT NULL"))
        {
            await RaiseAsync("job_fencing_token", counters.GetValueOrDefault(Fence));
        }

        if (await AskAsync<bool>("SELECT to_regproc('position_base') IS NOT NULL"))
        {
            await PositionBase.RaiseAboveAsync(_connection, Followed.Max(table => counters.GetValueOrDefault(table)));
        }
    }

    public override Task<IReadOnlyList<string>> TableNamesAsync() => _catalogue.ListAsync(PostgresCatalogue.TableNames);

    public override async Task ScriptAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync();
    }

    public override async Task<IReadOnlyList<string>> TakeAwayAsync()
    {
        var taken = await _catalogue.TakenAwayAsync();
        foreach (var part in taken)
        {
            await ScriptAsync(part.TakeAway);
        }

        // A foreign key is checked when it comes back; by then the rows are there.
        return [.. taken.Select(p => p.PutBack).Reverse()];
    }

    public override Task ClearAsync(IReadOnlyList<string> tables) => tables.Count == 0
        ? Task.CompletedTask
        : ScriptAsync($"TRUNCATE {string.Join(", ", tables.Select(TableView.Quoted))}");

    public override async Task<CopyBatch> BeginBatchAsync(TableView table)
    {
        await ScriptAsync("BEGIN");
        return new PostgresBatch(
            _connection,
            Session,
            table,
            await _connection.BeginBinaryImportAsync(
                $"COPY {TableView.Quoted(table.Name)} ({table.ColumnList}) FROM STDIN (FORMAT BINARY)"));
    }

    // Foreign keys were checked when they came back.
    public override Task<string?> FaultAsync() => Task.FromResult<string?>(null);

    public override async Task SettleAsync()
    {
        // Its planner knows nothing of the tables yet.
        foreach (var table in await TableNamesAsync())
        {
            await ScriptAsync($"ANALYZE {table}");
        }
    }

    public override async ValueTask DisposeAsync() => await _connection.DisposeAsync();

    protected override Task<IReadOnlyList<CopyTable>> AllTablesAsync() => _catalogue.TablesAsync();

    protected override async Task RollbackAsync()
    {
        try
        {
            await ScriptAsync("ROLLBACK");
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The connection is gone, and the transaction with it.
        }
    }

    private static object Cell(NpgsqlDataReader reader, int column, TableView table) => table.Kinds[column] switch
    {
        ColumnKind.Text => reader.GetString(column),
        ColumnKind.Boolean => reader.GetBoolean(column),
        ColumnKind.Bytes => reader.GetFieldValue<byte[]>(column),
        ColumnKind.Single or ColumnKind.Double when reader.GetDouble(column) is var number => double.IsNaN(number)
            ? throw CopyValue.Wrong(
                table, column, i => reader.IsDBNull(i) ? null : reader.GetValue(i), "is no number (NaN), which SQLite does not keep as")
            : number,
        _ => reader.GetInt64(column),
    };

    private Task RaiseAsync(string sequence, long used) => used <= 0
        ? Task.CompletedTask
        : ScriptAsync($"SELECT setval('{sequence.Replace("'", "''", StringComparison.Ordinal)}', "
            + $"GREATEST({used}, (SELECT last_value FROM {sequence})))");

    private static async Task<T> PatientlyAsync<T>(Func<Task<T>> ask, Func<T, bool> isGood)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (isGood(answer) || Stopwatch.GetElapsedTime(started) > s_patience)
            {
                return answer;
            }

            await Task.Delay(50);
        }
    }

    private async Task<T> AskAsync<T>(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
