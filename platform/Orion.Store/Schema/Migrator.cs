using Orion.Store.Copying;
using Orion.Store.Sql;

namespace Orion.Store.Schema;

/// <summary>Compares a database's schema with this code's, and brings it there.</summary>
internal static class Migrator
{
    /// <summary>The table of the steps that were taken.</summary>
    public const string Table = "schema_migrations";

    /// <summary>The steps that the database has not taken yet; it is not touched.</summary>
    /// <param name="session">A connection to it.</param>
    /// <param name="known">This code's steps.</param>
    /// <param name="database">What to call it in messages.</param>
    /// <param name="isCopied">Whether whoever asks is the copy that fills it.</param>
    /// <exception cref="StoreSchemaException">
    /// It is newer than this code, took a step that this code has in other words, or holds a part of another store only.
    /// </exception>
    public static async Task<IReadOnlyList<Migration>> MissingAsync(
        SqlSession session, IReadOnlyList<Migration> known, string database, bool isCopied = false)
    {
        if (!isCopied && await CopyMark.ReadAsync(session) is { } mark)
        {
            throw new StoreSchemaException(mark.WhyUnusable(database));
        }

        var any = (await session.QueryAsync<long>(session.Dialect.TableCount, new { Name = Table }))[0] > 0;
        var applied = any
            ? await session.QueryAsync<Applied>($"SELECT number, name, fingerprint FROM {Table} ORDER BY number", null)
            : [];
        var byNumber = known.ToDictionary(m => m.Number);
        foreach (var step in applied)
        {
            if (!byNumber.TryGetValue(step.Number, out var migration))
            {
                throw new StoreSchemaException(
                    $"{database} is newer than this program: it has migration {step.Number:0000}_{step.Name}, "
                    + "which this program does not know. Start the version that wrote it, or a later one. The database was not changed.");
            }

            if (migration.Fingerprint != step.Fingerprint)
            {
                throw new StoreSchemaException(
                    $"Migration {migration} was edited after {database} had applied it. "
                    + "Put it back and write the change as a further migration; a development database can be deleted instead. "
                    + "The database was not changed.");
            }
        }

        return [.. known.Where(m => applied.All(a => a.Number != m.Number))];
    }

    /// <summary>Takes the steps; to be called within a transaction of which the database has one at a time.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="missing">The steps.</param>
    /// <param name="script">Executes a script of many statements.</param>
    /// <param name="now">The time.</param>
    public static async Task ApplyAsync(
        SqlSession session, IReadOnlyList<Migration> missing, Func<string, Task> script, DateTimeOffset now)
    {
        await script($"CREATE TABLE IF NOT EXISTS {Table} (number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
            + "fingerprint TEXT NOT NULL, applied_at BIGINT NOT NULL)");
        foreach (var migration in missing)
        {
            await script(migration.Sql);
            await session.ExecuteAsync(
                $"INSERT INTO {Table} (number, name, fingerprint, applied_at) VALUES (@number, @name, @fingerprint, @applied_at)",
                new { migration.Number, migration.Name, migration.Fingerprint, AppliedAt = now });
        }
    }

    private sealed record Applied(int Number, string Name, string Fingerprint);
}
