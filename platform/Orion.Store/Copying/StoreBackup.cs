using Microsoft.Data.Sqlite;
using Orion.Store.Sqlite;

namespace Orion.Store.Copying;

/// <summary>
/// A copy of a SQLite store, made while the platform runs: all that was committed when it began, and nothing that came later.
/// PostgreSQL has programs of its own for it.
/// </summary>
public static class StoreBackup
{
    /// <summary>Writes the backup; the file is there once it is whole, checked and on the disk. Blocks meanwhile.</summary>
    /// <param name="connectionString">The store.</param>
    /// <param name="file">The file to make; its owner's alone, as the store is.</param>
    /// <returns>The length of the file in bytes.</returns>
    /// <exception cref="StoreCopyException">It cannot be made, or the file is there already.</exception>
    public static long Write(string connectionString, string file)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        if (DomainStoreOptions.ProblemOf(connectionString) is { } problem)
        {
            throw new StoreCopyException($"The store's connection string {problem}");
        }

        if (DomainStoreOptions.NamesHost(connectionString))
        {
            throw new StoreCopyException("The store is in PostgreSQL, which is backed up by pg_dump: see docs/store.md.");
        }

        var (source, target) = (SqliteSide.PathOf(connectionString), Path.GetFullPath(file));
        if (!File.Exists(source))
        {
            throw new StoreCopyException($"There is no store at {source}.");
        }

        if (Path.Exists(target))
        {
            throw new StoreCopyException($"{target} is there already; a backup overwrites nothing.");
        }

        // Beside it, so that a backup that was interrupted does not look like one.
        var partial = $"{target}.{Guid.NewGuid():N}.partial";
        try
        {
            Write(new SqliteFile(connectionString), new SqliteFile(new SqliteConnectionStringBuilder { DataSource = partial }.ToString()));
            ToDisk(partial);
            File.Move(partial, target, overwrite: false);
            return new FileInfo(target).Length;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StoreCopyException($"{target} could not be written: {e.Message}", e);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static void Write(SqliteFile source, SqliteFile target)
    {
        using var from = source.OpenReader();
        if (from.Statement("SELECT count(*) FROM sqlite_schema WHERE name = 'schema_migrations'").Query<long>(null)[0] == 0)
        {
            throw new StoreCopyException($"There is no store in {source.FullPath}.");
        }

        using var to = target.OpenAlone(create: true) ?? throw new IOException("Another process has it open.");

        // All pages in one step, of one snapshot: whoever writes meanwhile is not held up, and changes nothing in it.
        from.Connection.BackupDatabase(to.Connection);

        // A file of its own, without a log beside it.
        to.Exec("PRAGMA journal_mode=DELETE");
        var found = to.Statement("PRAGMA quick_check(1)").Query<string>(null)[0];
        if (found != "ok")
        {
            throw new StoreCopyException($"The store is damaged: {found}");
        }
    }

    private static void ToDisk(string file)
    {
        using var written = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        written.Flush(flushToDisk: true);
    }
}
