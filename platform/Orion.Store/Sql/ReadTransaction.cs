using Orion.Store.Sql;

namespace Orion.Store;

/// <summary>
/// SQL against a snapshot. Parameters are an anonymous object whose properties are named like the parameters (<c>tenantId</c> or
/// <c>tenant_id</c> for <c>@tenant_id</c>); rows map to records by column name (snake_case to PascalCase). <see cref="DateTimeOffset"/> is
/// stored as BIGINT unix milliseconds, <see cref="TimeSpan"/> as BIGINT milliseconds, enums as snake_case text, both ways; a
/// <see cref="bool"/> goes into a BOOLEAN column.
/// </summary>
public partial class ReadTransaction
{
    private readonly SqlSession _session;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly Func<DateTimeOffset> _clock;
    private DateTimeOffset? _now;
    private volatile bool _ended;

    internal ReadTransaction(SqlSession session, Func<DateTimeOffset> now) => (_session, _clock) = (session, now);

    /// <summary>
    /// The time of this transaction, in whole milliseconds; the same for everything in it. It is the database's, so that the processes of
    /// many machines compare times of one clock.
    /// </summary>
    /// <remarks>Stored times have milliseconds; one that has more would not compare equal to itself once read back.</remarks>
    public DateTimeOffset Now => _now ??= DateTimeOffset.FromUnixTimeMilliseconds(_clock().ToUnixTimeMilliseconds());

    /// <summary>How the engine says what engines say differently.</summary>
    public Dialect Dialect => _session.Dialect;

    /// <summary>All rows.</summary>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args = null) => Session(sql).QueryAsync<T>(sql, args);

    /// <summary>The only row, or <c>default</c>.</summary>
    /// <exception cref="InvalidOperationException">There is more than one.</exception>
    public async Task<T?> QuerySingleOrDefaultAsync<T>(string sql, object? args = null)
    {
        var rows = await Session(sql).QueryAsync<T>(sql, args, limit: 2);
        return rows.Count switch
        {
            0 => default,
            1 => rows[0],
            _ => throw new InvalidOperationException("The query returned more than one row."),
        };
    }

    internal void End() => _ended = true;

    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    private protected SqlSession Live =>

        // A closure that awaited something else may still be running on a pool thread; it must not touch the connection, which others use
        // by now.
        !_ended && (!_session.IsOfOneThread || Environment.CurrentManagedThreadId == _thread)
            ? _session
            : throw new InvalidOperationException("The transaction has ended: it lives only while its closure runs.");

    private protected SqlSession Session(string sql)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        return Live;
    }
}
