using Microsoft.Data.Sqlite;
using Orion.Store.Sql;
using SQLitePCL;

namespace Orion.Store.Sqlite;

/// <summary>One connection and its prepared statements; used by one thread.</summary>
internal sealed class SqliteSession(SqliteConnection connection) : SqlSession, IDisposable
{
    // Bounded by MaxStatements: emptied when full, which only SQL text built at run time can bring about.
    private const int MaxStatements = 512;
    private readonly Dictionary<string, SqliteStatement> _statements = [];

    public override Dialect Dialect => SqliteDialect.Instance;

    public override bool IsOfOneThread => true;

    public SqliteConnection Connection => connection;

    /// <summary>False when the engine has ended the transaction by itself, as it does on a full disk or an I/O error.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(connection.Handle) == 0;

    /// <summary>Rows changed by this connection so far.</summary>
    public long Changes => raw.sqlite3_total_changes(connection.Handle);

    public int TryExec(string sql) => raw.sqlite3_exec(connection.Handle, sql);

    public void Exec(string sql)
    {
        var rc = TryExec(sql);
        if (rc != raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(rc, connection.Handle);
        }
    }

    public SqliteStatement Statement(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement))
        {
            return statement;
        }

        if (_statements.Count >= MaxStatements)
        {
            Forget();
        }

        RefuseTransactionControl(sql);
        return _statements[sql] = new SqliteStatement(connection, sql);
    }

    // SQLite's calls block: they are made at once, on the thread that the closure runs on.
    public override Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args, int limit = int.MaxValue) =>
        Task.FromResult(Statement(sql).Query<T>(args, limit));

    public override Task<int> ExecuteAsync(string sql, object? args = null) => Task.FromResult(Statement(sql).Execute(args));

    public void Dispose()
    {
        Forget();
        connection.Dispose();
    }

    private void Forget()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
    }
}
