using System.Globalization;
using Orion.Sink.Segments;

namespace Orion.Sink.Writing;

/// <summary>
/// Keeps the folder within its days and its quota. Raw rows go a file at a time, and the day's folder with its last file, never row by row;
/// a process removes its own files, and those of processes that are gone. What could not be removed is left to the next run.
/// </summary>
/// <remarks>
/// Days that have not come yet were written by a clock that was wrong, or this one is wrong now. They are kept for as many days as past
/// ones, in case it is this one, and go for the quota when no past day is left; each that goes is noted.
/// </remarks>
internal sealed class Retention(TelemetrySinkOptions options, SegmentSet segments, FileRemoval removal, string process, TimeProvider time)
{
    public const string RemovedKey = "quota_removed_day";
    public const string OverKey = "quota_exceeded";
    public const string AheadKey = "ahead_removed_day";

    private volatile bool _isOverQuota;

    /// <summary>The quota is exceeded by today's rows and rollups alone: raw rows are to be dropped until there is room.</summary>
    public bool IsOverQuota => _isOverQuota;

    /// <summary>Removes what is due. Returns what is to be noted for people.</summary>
    public List<(string Key, string Value)> Run()
    {
        // The days come first: one that is begun after the clock was set back is not judged by what the clock said before.
        var days = SegmentFiles.Days(options.Directory);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var notes = new List<(string, string)>();
        foreach (var day in days.Where(d => d <= today.AddDays(-options.RawDays)))
        {
            Remove(day);
        }

        foreach (var day in days.Where(d => d >= today.AddDays(options.RawDays)))
        {
            if (Remove(day))
            {
                notes.Add((AheadKey, Text(day)));
            }
        }

        // Tomorrow's may have begun for a process whose clock is a little ahead.
        var left = days.Where(d => d > today.AddDays(-options.RawDays) && d < today).Order()
            .Concat(days.Where(d => d > today.AddDays(1) && d < today.AddDays(options.RawDays)).OrderDescending()).ToList();
        var bytes = SegmentFiles.Bytes(options.Directory);
        foreach (var day in left.TakeWhile(_ => bytes > options.QuotaBytes))
        {
            Remove(day);
            notes.Add((day < today ? RemovedKey : AheadKey, Text(day)));
            bytes = SegmentFiles.Bytes(options.Directory);
        }

        var over = bytes > options.QuotaBytes;
        if (over != IsOverQuota)
        {
            _isOverQuota = over;
            notes.Add((OverKey, over ? "true" : "false"));
        }

        return notes;
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Whether the day has gone, with its last file.</summary>
    private bool Remove(DateOnly day)
    {
        try
        {
            foreach (var path in SegmentFiles.Segments(options.Directory, day))
            {
                var owner = SegmentFiles.ProcessOf(path);
                if (owner == process)
                {
                    segments.Remove(path, removal);
                }
                else if (FileLock.TryTake(Path.Combine(options.Directory, owner + ".lock")) is { } gone)
                {
                    using (gone)
                    {
                        removal.Delete(path);
                    }
                }
            }

            if (SegmentFiles.Segments(options.Directory, day).Length == 0)
            {
                Directory.Delete(SegmentFiles.DayFolder(options.Directory, day), recursive: true);
                return true;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another process is at it, or holds a file open where that forbids deletion: the next run comes again.
        }

        return false;
    }
}
