namespace Orion.Sink.Sql;

/// <summary>
/// The versions of a file's schema, SQLite's own <c>user_version</c>: step N, counted from 0, leads from version N to N + 1. A step that
/// has been released is never changed; whatever is to be different is a further step.
/// </summary>
internal sealed class SchemaVersions(params string[] steps)
{
    /// <summary>The version this program writes.</summary>
    public int Newest => steps.Length;

    /// <summary>Opens a file for writing, made when it is missing, and brings it to the newest version.</summary>
    /// <exception cref="SqliteFailure">It is of a newer version; it is left untouched.</exception>
    public Database OpenWriter(string path, int busyMs, int cacheKib)
    {
        if (File.Exists(path))
        {
            // Looked at read-only first: to open for writing already sets the file's journal mode, and to close copies its WAL back.
            using var reader = Database.OpenReader(path, busyMs);
            Of(reader);
        }

        var database = Database.OpenWriter(path, busyMs, cacheKib);
        try
        {
            Bring(database);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>A file's version; 0 when it has no tables yet.</summary>
    /// <exception cref="SqliteFailure">It is newer than this program knows.</exception>
    public long Of(Database database)
    {
        var version = database.QueryLong("PRAGMA user_version");
        return version <= Newest
            ? version
            : throw new SqliteFailure(0, Refusal(Path.GetFileName(database.Path), version)) { IsNewer = true };
    }

    /// <summary>What is said of a file whose version is newer.</summary>
    public string Refusal(string file, long version) =>
        $"{file} has schema version {version}; this program knows {Newest}. The file is left as it is.";

    /// <summary>
    /// Takes the steps the file does not have yet, all in one transaction: a process that dies in between leaves the file as it was.
    /// </summary>
    private void Bring(Database database)
    {
        if (Of(database) == Newest)
        {
            return;
        }

        // Asked again inside the lock: another process may have brought it forward in the meantime.
        database.InTransaction(() =>
        {
            for (var version = Of(database); version < Newest; version++)
            {
                database.Execute(steps[version]);
                database.Execute($"PRAGMA user_version={version + 1}");
            }
        });
    }
}

/// <summary>Changes of a table that leave its rows as they are, however many there are.</summary>
internal static class Constraints
{
    /// <summary>
    /// SQL that takes a constraint out of a table, the way SQLite's documentation describes. It is in force once another table has been
    /// renamed, which has to follow: that reads the schema anew.
    /// </summary>
    public static string Drop(string table, string with, string without) => $"""
        PRAGMA writable_schema=ON;
        UPDATE sqlite_schema SET sql = replace(sql, '{with}', '{without}') WHERE type = 'table' AND name = '{table}';
        PRAGMA writable_schema=OFF;
        """;
}
