using Microsoft.Data.Sqlite;
using Orion.Store.Sqlite;
using SQLitePCL;

namespace Orion.Store.Copying;

/// <summary>Rows on their way into a file.</summary>
internal sealed class SqliteBatch : CopyBatch
{
    private readonly SqliteSession _session;
    private readonly TableView _table;
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _insert;
    private bool _isCommitted;

    public SqliteBatch(SqliteSession session, TableView table)
    {
        (_session, _table, _database) = (session, table, session.Connection.Handle!);
        session.Exec("BEGIN IMMEDIATE");
        var values = string.Join(", ", table.Columns.Select((_, i) => $"?{i + 1}"));
        SqliteRows.Check(
            raw.sqlite3_prepare_v2(
                _database, $"INSERT INTO {TableView.Quoted(table.Name)} ({table.ColumnList}) VALUES ({values})", out _insert),
            _database);
    }

    public override void Add(object?[] row)
    {
        for (var i = 0; i < row.Length; i++)
        {
            SqliteRows.Check(SqliteRows.Bind(_insert, i + 1, row[i]), _database);
        }

        var step = raw.sqlite3_step(_insert);
        if (step != raw.SQLITE_DONE)
        {
            var why = raw.sqlite3_errmsg(_database).utf8_to_string();
            raw.sqlite3_reset(_insert);
            throw (step & 0xff) == raw.SQLITE_CONSTRAINT || (step & 0xff) == raw.SQLITE_TOOBIG
                ? new StoreCopyException($"Table {_table.Name}, {_table.RowName(i => row[i])}: the target does not take it: {why}.")
                : new SqliteException(why, step & 0xff, step);
        }

        raw.sqlite3_reset(_insert);
    }

    public override async Task CommitAsync(TableProgress progress)
    {
        await CopyMark.WriteAsync(_session, progress);
        _session.Exec("COMMIT");
        _isCommitted = true;
    }

    public override ValueTask DisposeAsync()
    {
        _insert.Dispose();
        if (!_isCommitted)
        {
            _session.TryExec("ROLLBACK");
        }

        return default;
    }
}
