using Microsoft.Data.Sqlite;
using Orion.Store.Sql;

namespace Orion.Store.Schema;

/// <summary>
/// Brings a database to this code's schema, in one transaction, under the database's own write lock: of two processes that start at the
/// same moment one migrates, and the other finds it done.
/// </summary>
internal static class Migrator
{
    private const string Table = "schema_migrations";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>The writing connection of a database that has this schema.</summary>
    public static SqliteSession OpenMigrated(SqliteFile file, IReadOnlyList<Migration> known, TimeSpan busyTimeout, TimeProvider time)
    {
        var patience = busyTimeout > s_patience ? busyTimeout : s_patience;
        try
        {
            var complete = false;
            if (file.HasContent)
            {
                // First through a connection that cannot write, so that a database this code does not know stays as it is.
                using var look = file.OpenReader();
                complete = Missing(look, known, file).Count == 0;
            }

            var session = file.OpenWriter(patience);
            try
            {
                if (!complete)
                {
                    Apply(session, known, file, patience, time);
                }

                return session;
            }
            catch
            {
                session.Dispose();
                throw;
            }
        }
        catch (SqliteException unreadable) when (unreadable.SqliteErrorCode is SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_CORRUPT)
        {
            throw new StoreSchemaException($"{file.FullPath} is not a database of this platform, or it is damaged: {unreadable.Message}");
        }
    }

    private static void Apply(SqliteSession session, IReadOnlyList<Migration> known, SqliteFile file, TimeSpan patience, TimeProvider time)
    {
        Busy.Retry(() => session.TryExec("BEGIN IMMEDIATE"), session, patience);
        try
        {
            var missing = Missing(session, known, file);
            session.Exec(
                $"CREATE TABLE IF NOT EXISTS {Table} (number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                + "fingerprint TEXT NOT NULL, applied_at INTEGER NOT NULL)");
            foreach (var migration in missing)
            {
                session.Exec(migration.Sql);
                session.Statement($"INSERT INTO {Table} (number, name, fingerprint, applied_at) "
                    + "VALUES (@number, @name, @fingerprint, @applied_at)")
                    .Execute(new { migration.Number, migration.Name, migration.Fingerprint, AppliedAt = time.GetUtcNow() });
            }

            session.Exec("COMMIT");
        }
        catch
        {
            session.TryExec("ROLLBACK");
            throw;
        }
    }

    private static List<Migration> Missing(SqliteSession session, IReadOnlyList<Migration> known, SqliteFile file)
    {
        var any = session.Statement("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = @name")
            .Query<long>(new { Name = Table })[0] > 0;
        var applied = any ? session.Statement($"SELECT number, name, fingerprint FROM {Table} ORDER BY number").Query<Applied>(null) : [];
        var byNumber = known.ToDictionary(m => m.Number);
        foreach (var step in applied)
        {
            if (!byNumber.TryGetValue(step.Number, out var migration))
            {
                throw new StoreSchemaException(
                    $"{file.FullPath} is newer than this program: it has migration {step.Number:0000}_{step.Name}, "
                    + "which this program does not know. Start the version that wrote it, or a later one. The database was not changed.");
            }

            if (migration.Fingerprint != step.Fingerprint)
            {
                throw new StoreSchemaException(
                    $"Migration {migration} was edited after {file.FullPath} had applied it. "
                    + "Put it back and write the change as a further migration; a development database can be deleted instead. "
                    + "The database was not changed.");
            }
        }

        return [.. known.Where(m => applied.All(a => a.Number != m.Number))];
    }

    private sealed record Applied(int Number, string Name, string Fingerprint);
}
