using Orion.Store.Sql;

namespace Orion.Store;

/// <summary>A write's own part of a transaction: its savepoint, the journal and the job queue within it.</summary>
public sealed partial class WriteTransaction : ReadTransaction
{
    /// <param name="session">The writing connection.</param>
    /// <param name="now">The time.</param>
    /// <param name="cause">What asked for the write.</param>
    internal WriteTransaction(SqliteSession session, DateTimeOffset now, Cause cause) : base(session)
    {
        // Stored times have milliseconds; one that has more would not compare equal to itself once read back.
        Now = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        Cause = cause;
    }

    /// <summary>The time of this write, in whole milliseconds; the same for everything in it.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>What asked for this write; its facts and jobs have it, and a table of one's own may keep it too.</summary>
    public Cause Cause { get; }

    /// <summary>Set by a refusal that must undo the whole write, whether or not the closure catches it.</summary>
    internal Exception? Doom { get; private set; }

    /// <summary>Whether it only finds out that the database takes transactions; nobody is told of its commit.</summary>
    internal bool IsProbe { get; set; }

    /// <summary>Executes a statement and returns the number of rows it changed.</summary>
    public Task<int> ExecuteAsync(string sql, object? args = null) => Task.FromResult(Execute(sql, args));

    internal int Execute(string sql, object? args = null) => Statement(sql).Execute(args);

    private Exception Refuse(Exception refusal) => Doom = refusal;
}
