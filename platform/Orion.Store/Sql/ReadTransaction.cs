using Orion.Store.Sql;

namespace Orion.Store;

/// <summary>
/// SQL against a snapshot. Parameters are an anonymous object whose properties are named like the parameters (<c>tenantId</c> or
/// <c>tenant_id</c> for <c>@tenant_id</c>); rows map to records by column name (snake_case to PascalCase). <see cref="DateTimeOffset"/> is
/// stored as INTEGER unix milliseconds, <see cref="TimeSpan"/> as INTEGER milliseconds, <see cref="bool"/> as 0 and 1, enums as snake_case
/// text, both ways.
/// </summary>
public partial class ReadTransaction
{
    private readonly SqliteSession _session;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private volatile bool _ended;

    internal ReadTransaction(SqliteSession session) => _session = session;

    /// <summary>All rows.</summary>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args = null) => Task.FromResult(Statement(sql).Query<T>(args));

    /// <summary>The only row, or <c>default</c>.</summary>
    /// <exception cref="InvalidOperationException">There is more than one.</exception>
    public Task<T?> QuerySingleOrDefaultAsync<T>(string sql, object? args = null) => Task.FromResult(QuerySingleOrDefault<T>(sql, args));

    internal void End() => _ended = true;

    internal SqlStatement Statement(string sql)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);

        // A closure that awaited something else may still be running on a pool thread; it must not touch the connection, which others use
        // by now.
        if (_ended || Environment.CurrentManagedThreadId != _thread)
        {
            throw new InvalidOperationException(
                "The transaction has ended: it lives only while its closure runs, on the store's own thread.");
        }

        return _session.Statement(sql);
    }

    internal T? QuerySingleOrDefault<T>(string sql, object? args)
    {
        var rows = Statement(sql).Query<T>(args, limit: 2);
        return rows.Count switch
        {
            0 => default,
            1 => rows[0],
            _ => throw new InvalidOperationException("The query returned more than one row."),
        };
    }
}
