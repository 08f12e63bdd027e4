using Microsoft.Data.Sqlite;
using Orion.Store.Sql;
using Orion.Store.Sqlite;

namespace Orion.Store.Copying;

/// <summary>
/// A SQLite file. Its lock is exclusive: a process that has it open, if only to read, is found out, and none can open it.
/// </summary>
internal sealed class SqliteSide : CopySide
{
    private readonly SqliteFile _file;
    private readonly SqliteSession _session;

    private SqliteSide(SqliteFile file, bool create)
    {
        _file = file;
        try
        {
            _session = file.OpenAlone(create) ?? throw new StoreCopyException(
                $"{file.FullPath} is open in another process, or in another connection of this one. "
                + "Stop the platform, and whatever else uses it, and try again.");
            if (_session.Statement("PRAGMA encoding").Query<string>(null)[0] is not "UTF-8" and var encoding)
            {
                _session.Dispose();
                throw new StoreCopyException($"{file.FullPath} keeps its texts in {encoding}, which the store does not.");
            }
        }
        catch (SqliteException unreadable)
        {
            _session?.Dispose();
            throw new StoreCopyException(
                $"{file.FullPath} cannot be opened as a database: {unreadable.Message}", unreadable);
        }
    }

    public override string Name => _file.FullPath;

    public override SqlSession Session => _session;

    public static SqliteSide OpenSource(string connectionString)
    {
        var path = PathOf(connectionString);
        return new FileInfo(path) is { Exists: true, Length: > 0 }
            ? new SqliteSide(new SqliteFile(connectionString), create: false)
            : throw new StoreCopyException($"There is no store at {path}.");
    }

    public static SqliteSide OpenTarget(string connectionString)
    {
        SqliteSide side;
        try
        {
            side = new SqliteSide(new SqliteFile(connectionString), create: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreCopyException($"{PathOf(connectionString)} cannot be made: {e.Message}", e);
        }

        // A crash of the machine may take the last batches, which are copied again then; never a part of one.
        side._session.Exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=10000");
        return side;
    }

    public static string PathOf(string connectionString) =>
        Path.GetFullPath(new SqliteConnectionStringBuilder(connectionString).DataSource);

    // Nobody else can open it.
    public override Task HoldStillAsync() => Task.CompletedTask;

    public override IAsyncEnumerable<object?[]> RowsAsync(
        TableView table, object[]? after, bool isSorted, CancellationToken cancellationToken)
    {
        var where = after is null ? "" : $" WHERE ({table.KeyList}) > ({string.Join(", ", after.Select((_, i) => $"?{i + 1}"))})";
        var order = isSorted && table.Key.Count > 0 ? $" ORDER BY {table.KeyList}" : "";
        return SqliteRows.Read(
                _session.Connection,
                $"SELECT {table.ColumnList} FROM {TableView.Quoted(table.Name)}{where}{order}",
                after ?? [],
                table)
            .ToAsyncEnumerable();
    }

    public override async Task<IReadOnlyDictionary<string, long>> CountersAsync()
    {
        var counters = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        if (await HasTableAsync("sqlite_sequence"))
        {
            foreach (var counter in await _session.QueryAsync<Counter>("SELECT name, seq FROM sqlite_sequence", null))
            {
                counters[counter.Name] = counter.Seq;
            }
        }

        if (await HasTableAsync(FenceTable))
        {
            counters[Fence] = (await _session.QueryAsync<long>($"SELECT max(fencing_token) FROM {FenceTable}", null))[0];
        }

        return counters;
    }

    public override async Task SetCountersAsync(IReadOnlyDictionary<string, long> counters)
    {
        if (await HasTableAsync(FenceTable) && counters.TryGetValue(Fence, out var token))
        {
            await _session.ExecuteAsync($"UPDATE {FenceTable} SET fencing_token = max(fencing_token, @token)", new { token });
        }

        // Only tables with AUTOINCREMENT: of the others no number is remembered.
        foreach (var table in await _session.QueryAsync<string>(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'", null))
        {
            if (counters.TryGetValue(table, out var seq))
            {
                await _session.ExecuteAsync(
                    "INSERT INTO sqlite_sequence (name, seq) SELECT @table, 0 WHERE NOT EXISTS "
                    + "(SELECT 1 FROM sqlite_sequence WHERE name = @table)",
                    new { table });
                await _session.ExecuteAsync("UPDATE sqlite_sequence SET seq = max(seq, @seq) WHERE name = @table", new { table, seq });
            }
        }
    }

    public override Task<IReadOnlyList<string>> TableNamesAsync() =>
        _session.QueryAsync<string>("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'", null);

    public override Task ScriptAsync(string sql)
    {
        _session.Exec(sql);
        return Task.CompletedTask;
    }

    public override async Task<IReadOnlyList<string>> TakeAwayAsync()
    {
        // Foreign keys are off in this connection. Indexes without a text belong to a constraint.
        var taken = await _session.QueryAsync<Part>(
            "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('trigger', 'index') AND sql IS NOT NULL ORDER BY type, name", null);
        foreach (var part in taken)
        {
            _session.Exec($"DROP {part.Type} {TableView.Quoted(part.Name)}");
        }

        return [.. taken.Select(p => p.Sql)];
    }

    public override Task ClearAsync(IReadOnlyList<string> tables)
    {
        foreach (var table in tables)
        {
            _session.Exec($"DELETE FROM {TableView.Quoted(table)}");
        }

        return Task.CompletedTask;
    }

    public override Task<CopyBatch> BeginBatchAsync(TableView table) => Task.FromResult<CopyBatch>(new SqliteBatch(_session, table));

    public override async Task<string?> FaultAsync() =>
        await _session.QueryAsync<Orphan>("PRAGMA foreign_key_check", null) is [var orphan, ..]
            ? $"A row of table {orphan.Table} refers to one of {orphan.Parent} that is not there."
            : null;

    public override Task SettleAsync()
    {
        _session.Exec("PRAGMA synchronous=FULL; PRAGMA wal_checkpoint(TRUNCATE)");
        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        _session.Dispose();
        return default;
    }

    protected override async Task<IReadOnlyList<CopyTable>> AllTablesAsync()
    {
        var columns = await _session.QueryAsync<Column>(
            """
            SELECT t.name AS "table", t.type AS table_type, t.wr AS is_without_row_number, c.name, c.type, c."notnull" AS is_required,
                   c.dflt_value IS NOT NULL AS has_default, c.pk AS key_place, c.hidden
            FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) c
            WHERE t.schema = 'main' AND t.type IN ('table', 'virtual') AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'
            ORDER BY t.name, c.cid
            """,
            null);
        if (columns.FirstOrDefault(c => c.TableType == "virtual") is { } virtually)
        {
            throw new StoreCopyException($"{virtually.Table} is a virtual table, which a copy cannot carry.");
        }

        return [.. columns.GroupBy(c => c.Table).Select(table => new CopyTable(
            table.Key,
            HasRowNumber([.. table]),
            [.. table.Select(c => new CopyColumn(
                c.Name, c.Type, ColumnKind.Any, IsGenerated: c.Hidden >= 2, c.HasDefault || !c.IsRequired, IsIdentity: false,
                c.KeyPlace))]))];
    }

    // An INTEGER PRIMARY KEY is the row's number itself.
    private static bool HasRowNumber(IReadOnlyList<Column> table) => !table[0].IsWithoutRowNumber
        && !table.Any(c => c.Name.Equals(CopyColumn.RowNumber, StringComparison.OrdinalIgnoreCase))
        && !(table.Where(c => c.KeyPlace > 0).ToList() is [var key] && key.Type.Equals("INTEGER", StringComparison.OrdinalIgnoreCase));

    protected override Task RollbackAsync()
    {
        _session.TryExec("ROLLBACK");
        return Task.CompletedTask;
    }

    private async Task<bool> HasTableAsync(string name) =>
        (await _session.QueryAsync<long>(_session.Dialect.TableCount, new { name }))[0] > 0;

    private sealed record Counter(string Name, long Seq);

    private sealed record Part(string Type, string Name, string Sql);

    private sealed record Orphan(string Table, string Parent);

    private sealed record Column(
        string Table, string TableType, bool IsWithoutRowNumber, string Name, string Type, bool IsRequired, bool HasDefault, int KeyPlace,
        int Hidden);
}
