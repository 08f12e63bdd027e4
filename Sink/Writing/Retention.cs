namespace OrionPlatform.Sink;

/// <summary>Removes raw days that are older than they are kept: a whole folder at a time, never row by row.</summary>
internal sealed class Retention(TelemetrySinkOptions options, TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromHours(1);

    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Runs at start, then every hour. <paramref name="close"/> closes a day's own segment before its folder goes.</summary>
    public void RunWhenDue(Action<DateOnly> close)
    {
        var now = time.GetUtcNow();
        if (now < _next && _next - now <= s_pause)
        {
            return;
        }

        _next = now + s_pause;
        var oldest = DateOnly.FromDateTime(now.UtcDateTime).AddDays(1 - options.RawDays);
        foreach (var day in SegmentFiles.Days(options.Directory).Where(d => d < oldest))
        {
            close(day);
            Remove(SegmentFiles.DayFolder(options.Directory, day));
        }
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another process is at it, or holds a file open where that forbids deletion: the next run comes again.
        }
    }
}
