using SQLitePCL;

namespace OrionPlatform.Sink;

/// <summary>The SQLite engine this process runs.</summary>
public static class SqliteEngine
{
    // The first version without the WAL-reset bug: https://sqlite.org/releaselog/3_51_3.html.
    private static readonly Version s_fixedIn = new(3, 51, 3);

    static SqliteEngine() => Batteries_V2.Init();

    /// <summary>Its version.</summary>
    public static Version Version { get; } = Version.Parse(raw.sqlite3_libversion().utf8_to_string());

    /// <summary>
    /// Whether it has the WAL-reset bug: two connections that copy one WAL back at the same moment can corrupt the file. The platform
    /// lets one process at a time do that, so it is not exposed; another program on the same files would be.
    /// </summary>
    public static bool HasWalResetBug => Version < s_fixedIn;
}
