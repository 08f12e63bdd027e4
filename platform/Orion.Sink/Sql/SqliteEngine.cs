using SQLitePCL;

namespace Orion.Sink.Sql;

/// <summary>The SQLite engine this process runs.</summary>
public static class SqliteEngine
{
    private static readonly (Version? Version, string? Failure) s_loaded = Load();

    /// <summary>Its version; null when its native library cannot be loaded, and nothing can be stored.</summary>
    public static Version? Version => s_loaded.Version;

    /// <summary>Makes sure that there is one.</summary>
    /// <exception cref="SqliteFailure">There is none.</exception>
    internal static void Require()
    {
        if (s_loaded.Failure is { } failure)
        {
            throw new SqliteFailure(raw.SQLITE_CANTOPEN, $"The SQLite library cannot be loaded: {failure}") { IsMissing = true };
        }
    }

    private static (Version?, string?) Load()
    {
        try
        {
            Batteries_V2.Init();

            // Statistics of memory, which nobody reads here, take a lock at every allocation. Refused, without harm, where somebody opened
            // a database before.
            _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
            return (Version.Parse(raw.sqlite3_libversion().utf8_to_string()), null);
        }
        catch (Exception exception)
        {
            // Of whichever kind: missing, of another architecture, or too old. It must cost the telemetry, not the process.
            return (null, exception.GetBaseException().Message);
        }
    }
}
