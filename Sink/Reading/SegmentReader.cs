using System.Diagnostics;

namespace OrionPlatform.Sink;

/// <summary>A segment open for one read. Disposing it ends the read: no transaction outlives a call.</summary>
internal sealed class SegmentReader : IDisposable
{
    // A read that takes longer is cut off: while it runs, the WAL cannot be reset and grows.
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    private SegmentReader(Database database, string path)
    {
        Database = database;
        Name = Path.GetFileNameWithoutExtension(path);
    }

    public Database Database { get; }

    /// <summary>The process that wrote it.</summary>
    public string Name { get; }

    /// <summary>Opens it; null when it has gone, or has no tables yet.</summary>
    public static SegmentReader? TryOpen(string path, CancellationToken cancellationToken)
    {
        var reader = TryOpenFile(path, cancellationToken);
        if (reader is null)
        {
            return null;
        }

        var version = reader.QueryLong("PRAGMA user_version");
        if (version is > 0 and <= SegmentSchema.Version)
        {
            return new SegmentReader(reader, path);
        }

        reader.Dispose();
        return version == 0 ? null : throw new SqliteFailure(0, $"{Path.GetFileName(path)} has schema version {version}; this program knows {SegmentSchema.Version}.");
    }

    /// <summary>Opens any file of the folder; null when it has gone.</summary>
    public static Database? TryOpenFile(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        Database database;
        try
        {
            database = Database.OpenReader(path);
        }
        catch (SqliteFailure) when (!File.Exists(path))
        {
            return null;
        }

        var started = Stopwatch.GetTimestamp();
        database.InterruptWhen(() => cancellationToken.IsCancellationRequested || Stopwatch.GetElapsedTime(started) > s_longest);
        return database;
    }

    public void Dispose() => Database.Dispose();
}
