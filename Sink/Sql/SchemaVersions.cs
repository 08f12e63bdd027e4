namespace OrionPlatform.Sink;

/// <summary>Brings a file's schema forward; the version is SQLite's own <c>user_version</c>.</summary>
internal static class SchemaVersions
{
    /// <summary>Applies the steps the file does not have yet, each in a transaction; step N leads from version N to N + 1.</summary>
    /// <exception cref="SqliteFailure">The file is of a newer version than the steps know; it is left untouched.</exception>
    public static void Bring(Database database, params ReadOnlySpan<string> steps)
    {
        if (Current(database, steps.Length) == steps.Length)
        {
            return;
        }

        database.Execute("BEGIN IMMEDIATE");
        try
        {
            // Asked again inside the lock: another process may have brought it forward in the meantime.
            for (var version = Current(database, steps.Length); version < steps.Length; version++)
            {
                database.Execute(steps[(int)version]);
                database.Execute($"PRAGMA user_version={version + 1}");
            }

            database.Execute("COMMIT");
        }
        catch
        {
            database.Rollback();
            throw;
        }
    }

    private static long Current(Database database, int known)
    {
        var version = database.QueryLong("PRAGMA user_version");
        return version <= known
            ? version
            : throw new SqliteFailure(0, $"{Path.GetFileName(database.Path)} has schema version {version}; this program knows {known}. The file is left as it is.") { IsNewer = true };
    }
}
