using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>A segment open for one read. Disposing it ends the read: no transaction outlives a call.</summary>
internal sealed class SegmentReader : IDisposable
{
    private SegmentReader(Database database, long version) =>
        (Database, Version, Sources) = (database, version, new SourceReads(database, version));

    public Database Database { get; }

    /// <summary>The version of its schema: an earlier one lacks columns.</summary>
    public long Version { get; }

    /// <summary>What its rows come from.</summary>
    public SourceReads Sources { get; }

    /// <summary>Opens it; null when it has gone, or has no tables yet.</summary>
    public static SegmentReader? TryOpen(string path, ReadLimit? limit)
    {
        var reader = TryOpenFile(path, limit);
        if (reader is null)
        {
            return null;
        }

        try
        {
            if (SegmentSchema.Versions.Of(reader) is > 0 and var version)
            {
                return new SegmentReader(reader, version);
            }
        }
        catch
        {
            reader.Dispose();
            throw;
        }

        reader.Dispose();
        return null;
    }

    /// <summary>Opens any file of the folder; null when it has gone.</summary>
    public static Database? TryOpenFile(string path, ReadLimit? limit)
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

        if (limit is not null)
        {
            database.InterruptWhen(() => limit.IsReached);
        }

        return database;
    }

    public void Dispose()
    {
        Sources.Dispose();
        Database.Dispose();
    }
}
