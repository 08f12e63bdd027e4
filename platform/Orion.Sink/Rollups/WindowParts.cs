using Orion.Sink.Rows;

namespace Orion.Sink.Rollups;

/// <summary>A window of the past, cut into hours, which have rollups of their own, and the minutes before the first of them.</summary>
internal sealed class WindowParts
{
    public WindowParts(TimeSpan window, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, TimeSpan.FromMinutes(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window, TimeSpan.FromDays(30));
        End = UnixTime.Floor(UnixTime.Nanos(now), UnixTime.Minute) + UnixTime.Minute;
        Minutes = (int)Math.Ceiling(window.TotalMinutes);
        Start = End - (Minutes * UnixTime.Minute);
        var hoursFrom = UnixTime.Floor(Start + UnixTime.Hour - 1, UnixTime.Hour);

        // The hour that is running counts whole: its rollup is written with those of its minutes, and ends now as the window does.
        var hoursTo = UnixTime.Floor(End + UnixTime.Hour - 1, UnixTime.Hour);
        Parts = hoursFrom < End
            ? [("rollups_minute", Start, hoursFrom), ("rollups_hour", hoursFrom, hoursTo)]
            : [("rollups_minute", Start, End)];
    }

    /// <summary>Start of the first minute.</summary>
    public long Start { get; }

    /// <summary>End of the minute that is now.</summary>
    public long End { get; }

    public int Minutes { get; }

    /// <summary>Table and times, from and before; some may be empty.</summary>
    public (string Table, long From, long To)[] Parts { get; }
}
