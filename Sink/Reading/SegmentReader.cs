namespace OrionPlatform.Sink;

/// <summary>A segment open for one read. Disposing it ends the read: no transaction outlives a call.</summary>
internal sealed class SegmentReader : IDisposable
{
    private SegmentReader(Database database) => Database = database;

    public Database Database { get; }

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
            if (SegmentSchema.Versions.Of(reader) > 0)
            {
                return new SegmentReader(reader);
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

    public void Dispose() => Database.Dispose();
}
