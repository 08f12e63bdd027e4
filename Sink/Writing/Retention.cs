using System.Globalization;

namespace OrionPlatform.Sink;

/// <summary>
/// Keeps the folder within its days and its quota. Raw rows go a file at a time, and the day's folder with its last file, never row by row; a
/// process removes its own files, and those of processes that are gone.
/// </summary>
internal sealed class Retention(TelemetrySinkOptions options, TimeProvider time)
{
    public const string RemovedKey = "quota_removed_day";
    public const string OverKey = "quota_exceeded";

    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>The quota is exceeded by today's rows and rollups alone: raw rows are to be dropped until there is room.</summary>
    public bool IsOverQuota { get; private set; }

    /// <summary>Runs at start, then every minute. Returns what is to be noted for people, null when nothing is.</summary>
    /// <param name="process">This process's name.</param>
    /// <param name="close">Closes a day's own segment before its file goes.</param>
    public List<(string Key, string Value)>? RunWhenDue(string process, Action<DateOnly> close)
    {
        var now = time.GetUtcNow();
        if (now < _next && _next - now <= s_pause)
        {
            return null;
        }

        _next = now + s_pause;
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var notes = new List<(string, string)>();
        var days = SegmentFiles.Days(options.Directory);
        foreach (var day in days.Where(d => d <= today.AddDays(-options.RawDays)))
        {
            Remove(day, process, close);
        }

        var left = days.Where(d => d > today.AddDays(-options.RawDays) && d < today).Order().ToList();
        var bytes = SegmentFiles.Bytes(options.Directory);
        foreach (var day in left.TakeWhile(_ => bytes > options.QuotaBytes))
        {
            Remove(day, process, close);
            notes.Add((RemovedKey, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
            bytes = SegmentFiles.Bytes(options.Directory);
        }

        var over = bytes > options.QuotaBytes;
        if (over != IsOverQuota)
        {
            IsOverQuota = over;
            notes.Add((OverKey, over ? "true" : "false"));
        }

        return notes.Count > 0 ? notes : null;
    }

    private void Remove(DateOnly day, string process, Action<DateOnly> close)
    {
        try
        {
            foreach (var path in SegmentFiles.Segments(options.Directory, day))
            {
                var owner = Path.GetFileNameWithoutExtension(path);
                if (owner == process)
                {
                    close(day);
                    SegmentFiles.Delete(path);
                }
                else if (FileLock.TryTake(Path.Combine(options.Directory, owner + ".lock")) is { } gone)
                {
                    using (gone)
                    {
                        SegmentFiles.Delete(path);
                    }
                }
            }

            if (SegmentFiles.Segments(options.Directory, day).Length == 0)
            {
                Directory.Delete(SegmentFiles.DayFolder(options.Directory, day), recursive: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another process is at it, or holds a file open where that forbids deletion: the next run comes again.
        }
    }
}
