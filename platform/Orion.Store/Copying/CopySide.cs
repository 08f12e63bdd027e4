using Orion.Store.Schema;
using Orion.Store.Sql;

namespace Orion.Store.Copying;

/// <summary>A database that a store is copied from or into; nobody else has it meanwhile.</summary>
internal abstract class CopySide : IAsyncDisposable
{
    /// <summary>Tables that say something of their database, not of the store in it.</summary>
    private static readonly HashSet<string> s_own =
        new(StringComparer.OrdinalIgnoreCase) { Migrator.Table, CopyMark.Table, CopyMark.ProgressTable, FenceTable };

    /// <summary>The key, among the counters, of the last fencing token that a job was claimed with.</summary>
    public const string Fence = "fencing token of jobs";

    /// <summary>Those of the tables that others follow by position.</summary>
    public static readonly IReadOnlyList<string> Followed = ["journal", "audit_outbox"];

    /// <summary>Where SQLite keeps the last fencing token; PostgreSQL has a sequence.</summary>
    protected const string FenceTable = "job_fence";

    /// <summary>The database, for messages; without a password.</summary>
    public abstract string Name { get; }

    /// <summary>Its connection, for statements that both engines understand.</summary>
    public abstract SqlSession Session { get; }

    /// <summary>
    /// Opens the source, for itself alone, and keeps it as it is until it is disposed of.
    /// </summary>
    /// <exception cref="StoreCopyException">It cannot be reached, holds no store, or is in use.</exception>
    public static async Task<CopySide> OpenSourceAsync(string connectionString) => DomainStoreOptions.NamesHost(connectionString)
        ? await PostgresSide.OpenAsync(connectionString)
        : SqliteSide.OpenSource(connectionString);

    /// <summary>Opens the target, for itself alone; a file that is not there yet is made.</summary>
    /// <exception cref="StoreCopyException">It cannot be reached, or is in use.</exception>
    public static async Task<CopySide> OpenTargetAsync(string connectionString) => DomainStoreOptions.NamesHost(connectionString)
        ? await PostgresSide.OpenAsync(connectionString)
        : SqliteSide.OpenTarget(connectionString);

    /// <summary>Nothing is written to it from now on; fails where somebody is about to.</summary>
    public abstract Task HoldStillAsync();

    /// <summary>The tables that are to be copied.</summary>
    public async Task<IReadOnlyList<CopyTable>> TablesAsync() => [.. (await AllTablesAsync()).Where(t => !s_own.Contains(t.Name))];

    public async Task<long> CountAsync(string table) =>
        (await Session.QueryAsync<long>($"SELECT count(*) FROM {TableView.Quoted(table)}", null))[0];

    /// <summary>The rows of a table, those after a key.</summary>
    /// <param name="table">The table.</param>
    /// <param name="after">The key; null for all rows.</param>
    /// <param name="isSorted">Whether they come in the order of keys, as this database sorts them.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="StoreCopyException">A value is not of its column's kind.</exception>
    public abstract IAsyncEnumerable<object?[]> RowsAsync(
        TableView table, object[]? after, bool isSorted, CancellationToken cancellationToken);

    /// <summary>
    /// The highest number that was ever given, by table: it may be higher than that of any row which is still there.
    /// </summary>
    public abstract Task<IReadOnlyDictionary<string, long>> CountersAsync();

    /// <summary>Lets new numbers be higher than these, and than those of all rows.</summary>
    public abstract Task SetCountersAsync(IReadOnlyDictionary<string, long> counters);

    /// <summary>The tables that are there, whoever made them.</summary>
    public abstract Task<IReadOnlyList<string>> TableNamesAsync();

    /// <summary>Executes a script.</summary>
    public abstract Task ScriptAsync(string sql);

    /// <summary>Does something in a transaction.</summary>
    public async Task AtOnceAsync(Func<Task> work)
    {
        await ScriptAsync("BEGIN");
        try
        {
            await work();
            await ScriptAsync("COMMIT");
        }
        catch
        {
            await RollbackAsync();
            throw;
        }
    }

    /// <summary>
    /// Takes away what rows must not meet on their way in, or costs much when it does: triggers, foreign keys, and indexes that hold
    /// nothing together. Returns the statements that put it back.
    /// </summary>
    public abstract Task<IReadOnlyList<string>> TakeAwayAsync();

    /// <summary>Removes all rows of tables whose triggers are taken away.</summary>
    public abstract Task ClearAsync(IReadOnlyList<string> tables);

    /// <summary>Begins to add rows to a table.</summary>
    public abstract Task<CopyBatch> BeginBatchAsync(TableView table);

    /// <summary>Says what is wrong with the rows as a whole; null when nothing is.</summary>
    public abstract Task<string?> FaultAsync();

    /// <summary>The last that is done to a target.</summary>
    public abstract Task SettleAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>Count and checksum of a table.</summary>
    public async Task<TableDigest> DigestAsync(TableView table, Action<long>? progress, CancellationToken cancellationToken)
    {
        var digest = new TableDigest(table.IsJournal);
        await foreach (var row in RowsAsync(table, after: null, isSorted: table.IsJournal, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            digest.Add(row);
            progress?.Invoke(digest.Rows);
        }

        return digest;
    }

    protected abstract Task<IReadOnlyList<CopyTable>> AllTablesAsync();

    /// <summary>After a failure, which is what is told: a connection that is gone has undone everything.</summary>
    protected abstract Task RollbackAsync();
}

/// <summary>Rows on their way into one table, in one transaction with the word of how far it is.</summary>
internal abstract class CopyBatch : IAsyncDisposable
{
    public abstract void Add(object?[] row);

    /// <exception cref="StoreCopyException">The target does not take a row.</exception>
    public abstract Task CommitAsync(TableProgress progress);

    /// <summary>Undoes it, unless it is committed.</summary>
    public abstract ValueTask DisposeAsync();
}
