using System.Globalization;
using System.Text.Json;
using Orion.Store.Sql;

namespace Orion.Store.Copying;

/// <summary>
/// What a database says of itself while it is filled with another store's rows: a table that is there from before the first row until
/// everything has been found right. No process of the platform opens a database that has it.
/// </summary>
/// <param name="Source">What the source was like when the copy began; after a pause it has to be the same.</param>
/// <param name="State">See the constants.</param>
/// <param name="Restore">The statements that put back what was taken away for the time of the copy.</param>
/// <param name="Reason">Why it failed; empty when it did not.</param>
internal sealed record CopyMark(string Source, string State, string Restore, string Reason)
{
    public const string Table = "store_copy";
    public const string ProgressTable = "store_copy_tables";

    /// <summary>The schema is being made.</summary>
    public const string Preparing = "preparing";

    /// <summary>Rows are copied.</summary>
    public const string Copying = "copying";

    /// <summary>All rows are there, and what was taken away is back; not compared yet.</summary>
    public const string Copied = "copied";

    /// <summary>It is not what the source is.</summary>
    public const string Failed = "failed";

    public const string CreateSql = $"""
        CREATE TABLE {Table} (id INTEGER PRIMARY KEY CHECK (id = 1), source TEXT NOT NULL, state TEXT NOT NULL, restore TEXT NOT NULL,
                              reason TEXT NOT NULL);
        CREATE TABLE {ProgressTable} (name TEXT PRIMARY KEY, copied BIGINT NOT NULL, last_key TEXT NOT NULL, is_done INTEGER NOT NULL);
        """;

    public const string DropSql = $"DROP TABLE {Table}; DROP TABLE {ProgressTable}";

    public IReadOnlyList<string> RestoreStatements() => JsonSerializer.Deserialize<string[]>(Restore)!;

    public static async Task<CopyMark?> ReadAsync(SqlSession session) =>
        (await session.QueryAsync<long>(session.Dialect.TableCount, new { Name = Table }))[0] == 0
            ? null
            : (await session.QueryAsync<CopyMark>($"SELECT source, state, restore, reason FROM {Table}", null)) is [var mark]
                ? mark
                : new CopyMark("", Preparing, "[]", "");

    public static Task WriteAsync(SqlSession session, CopyMark mark) => session.ExecuteAsync(
        $"INSERT INTO {Table} (id, source, state, restore, reason) VALUES (1, @source, @state, @restore, @reason) "
        + "ON CONFLICT (id) DO UPDATE SET source = excluded.source, state = excluded.state, restore = excluded.restore, "
        + "reason = excluded.reason",
        mark);

    public string WhyUnusable(string database) => State == Failed
        ? $"{database} holds a copy of a store that was found to differ from it: {Reason} "
            + "Run 'store copy' again, which begins anew, or give another database. The database was not changed."
        : $"{database} holds a copy of a store that is not complete. "
            + "Run 'store copy' with the same two databases again, which goes on with it, or give another. The database was not changed.";

    /// <summary>How far each table is; those that were not begun are missing.</summary>
    public static async Task<Dictionary<string, TableProgress>> ProgressAsync(SqlSession session) =>
        (await session.QueryAsync<TableProgress>($"SELECT name, copied, last_key, is_done FROM {ProgressTable}", null))
            .ToDictionary(p => p.Name);

    public static Task WriteAsync(SqlSession session, TableProgress progress) => session.ExecuteAsync(
        $"INSERT INTO {ProgressTable} (name, copied, last_key, is_done) VALUES (@name, @copied, @last_key, @is_done) "
        + "ON CONFLICT (name) DO UPDATE SET copied = excluded.copied, last_key = excluded.last_key, is_done = excluded.is_done",
        new { progress.Name, progress.Copied, progress.LastKey, IsDone = progress.IsDone ? 1 : 0 });
}

/// <summary>How far a table is.</summary>
/// <param name="Name">The table.</param>
/// <param name="Copied">Rows that are there.</param>
/// <param name="LastKey">The key of the last one, in the source's order; see <see cref="CopyKey"/>.</param>
/// <param name="IsDone">Whether it has all.</param>
internal sealed record TableProgress(string Name, long Copied, string LastKey, bool IsDone)
{
    public static TableProgress None(string name) => new(name, 0, "", false);
}

/// <summary>A row's key as text, and back.</summary>
internal static class CopyKey
{
    public static string Text(TableView table, object?[] row) => JsonSerializer.Serialize(table.Key.Select(k => row[k] switch
    {
        long number => "i" + number.ToString(CultureInfo.InvariantCulture),
        double number => "d" + BitConverter.DoubleToInt64Bits(number).ToString(CultureInfo.InvariantCulture),
        bool flag => flag ? "f1" : "f0",
        byte[] bytes => "x" + Convert.ToHexString(bytes),
        string text => "t" + text,
        _ => throw new StoreCopyException(
            $"Table {table.Name} has a row whose primary key is NULL, which PostgreSQL does not store. Give it a key or remove it."),
    }));

    public static object[] Parse(string text) => [.. JsonSerializer.Deserialize<string[]>(text)!.Select(object (part) => part[0] switch
    {
        'i' => long.Parse(part.AsSpan(1), CultureInfo.InvariantCulture),
        'd' => BitConverter.Int64BitsToDouble(long.Parse(part.AsSpan(1), CultureInfo.InvariantCulture)),
        'f' => part[1] == '1',
        'x' => Convert.FromHexString(part.AsSpan(1)),
        _ => part[1..],
    })];
}
