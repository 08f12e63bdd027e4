using Orion.Sink.Segments;

namespace Orion.Sink.Reading;

/// <summary>What one day's rows take on disk.</summary>
/// <param name="Day">The day, UTC.</param>
/// <param name="Segments">Segments: one for each process that recorded something.</param>
/// <param name="Bytes">Bytes of all files of its folder, WALs included.</param>
public sealed record DayUse(DateOnly Day, int Segments, long Bytes);

/// <summary>What the telemetry takes on disk.</summary>
/// <param name="At">When it was counted.</param>
/// <param name="CentralBytes">Bytes of <c>telemetry.db</c> with its WAL: rollups, heartbeats, alerts, audit, accounts.</param>
/// <param name="Days">The days, newest first.</param>
/// <param name="FreeBytes">Bytes free on the disk; null when it does not say.</param>
/// <param name="Status">What quota and recovery have done to it.</param>
public sealed record FolderUse(DateTimeOffset At, long CentralBytes, IReadOnlyList<DayUse> Days, long? FreeBytes, StorageStatus Status)
{
    /// <summary>Bytes in all, with what was set aside.</summary>
    public long TotalBytes => Status.Bytes;
}

/// <summary>Counts the folder's bytes, not more often than every ten seconds.</summary>
internal sealed class FolderUseRead(string directory, TimeProvider time)
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(10);

    private volatile FolderUse? _last;

    /// <summary>The last count, while it is fresh.</summary>
    public FolderUse? Fresh =>
        _last is { } last && time.GetUtcNow() - last.At is var age && age >= TimeSpan.Zero && age < s_fresh ? last : null;

    public FolderUse Read(Func<StorageStatus> status) => Fresh ?? (_last = Count(status()));

    private FolderUse Count(StorageStatus status)
    {
        var central = SegmentFiles.CentralPath(directory);
        return new FolderUse(
            time.GetUtcNow(),
            Bytes(central) + Bytes(central + "-wal") + Bytes(central + "-shm"),
            [.. SegmentFiles.Days(directory).Select(day =>
                new DayUse(day, SegmentFiles.Segments(directory, day).Length, Folder(SegmentFiles.DayFolder(directory, day))))],
            Free(),
            status);
    }

    private static long Folder(string path)
    {
        try
        {
            return Directory.EnumerateFiles(path).Sum(Bytes);
        }
        catch (DirectoryNotFoundException)
        {
            return 0; // Retention was faster.
        }
    }

    private static long Bytes(string path)
    {
        var file = new FileInfo(path);
        try
        {
            return file.Exists ? file.Length : 0;
        }
        catch (FileNotFoundException)
        {
            return 0; // Gone between the two.
        }
    }

    private long? Free()
    {
        try
        {
            return Directory.Exists(directory) ? new DriveInfo(directory).AvailableFreeSpace : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
