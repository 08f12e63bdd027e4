using Orion.Store.Postgres;
using Orion.Store.Sql;

namespace Orion.Store;

/// <summary>A write's own part of a transaction: its effects, the journal and the job queue within it.</summary>
public sealed partial class WriteTransaction : ReadTransaction
{
    private int _entries;

    /// <param name="session">The writing connection.</param>
    /// <param name="now">Tells the time, when it is first asked for.</param>
    /// <param name="cause">What asked for the write.</param>
    internal WriteTransaction(SqlSession session, Func<DateTimeOffset> now, Cause cause) : base(session, now) => Cause = cause;

    /// <summary>What asked for this write; its facts and jobs have it, and a table of one's own may keep it too.</summary>
    public Cause Cause { get; }

    /// <summary>Set by a refusal that must undo the whole write, whether or not the closure catches it.</summary>
    internal Exception? Doom { get; private set; }

    /// <summary>Whether it only finds out that the database takes transactions; nobody is told of its commit.</summary>
    internal bool IsProbe { get; set; }

    /// <summary>Executes a statement and returns the number of rows it changed.</summary>
    public Task<int> ExecuteAsync(string sql, object? args = null) => Session(sql).ExecuteAsync(sql, args);

    /// <summary>What <see cref="Dialect.Position"/> makes the next entry's position of; null where the database gives it one.</summary>
    private async Task<long?> NextPositionAsync() =>
        await Live.NumberAsync() is { } number ? PostgresDialect.PositionOf(number, _entries++) : null;

    private Exception Refuse(Exception refusal) => Doom = refusal;
}
