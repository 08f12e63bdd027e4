using Microsoft.Data.Sqlite;
using Orion.Store.Schema;
using SQLitePCL;

namespace Orion.Store.Sqlite;

/// <summary>
/// Brings a database to this code's schema, in one transaction, under the database's own write lock: of two processes that start at the
/// same moment one migrates, and the other finds it done.
/// </summary>
internal static class SqliteSchema
{
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
                complete = Done(Migrator.MissingAsync(look, known, file.FullPath)).Count == 0;
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
        catch (SqliteException unreadable) when (unreadable.SqliteErrorCode is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT)
        {
            throw new StoreSchemaException($"{file.FullPath} is not a database of this platform, or it is damaged: {unreadable.Message}");
        }
    }

    private static void Apply(SqliteSession session, IReadOnlyList<Migration> known, SqliteFile file, TimeSpan patience, TimeProvider time)
    {
        Busy.Retry(() => session.TryExec("BEGIN IMMEDIATE"), session, patience);
        try
        {
            var missing = Done(Migrator.MissingAsync(session, known, file.FullPath));
            Done(Migrator.ApplyAsync(
                session,
                missing,
                script =>
                {
                    session.Exec(script);
                    return Task.CompletedTask;
                },
                time.GetUtcNow()));
            session.Exec("COMMIT");
        }
        catch
        {
            session.TryExec("ROLLBACK");
            throw;
        }
    }

    // SQLite answers at once: nothing is waited for.
    private static T Done<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Done(Task task) => task.GetAwaiter().GetResult();
}
