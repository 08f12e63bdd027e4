namespace OrionPlatform.Sink;

/// <summary>A window of the past, cut into past hours, which have rollups of their own, and the minutes before and after them.</summary>
internal sealed class WindowParts
{
    // An hour's rollup is used once nothing is expected to change in it any more.
    private const long Settled = 5 * UnixTime.Minute;

    public WindowParts(TimeSpan window, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, TimeSpan.FromMinutes(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window, TimeSpan.FromDays(30));
        End = UnixTime.Floor(UnixTime.Nanos(now), UnixTime.Minute) + UnixTime.Minute;
        Minutes = (int)Math.Ceiling(window.TotalMinutes);
        Start = End - (Minutes * UnixTime.Minute);
        var hoursFrom = UnixTime.Floor(Start + UnixTime.Hour - 1, UnixTime.Hour);
        var hoursTo = Math.Max(hoursFrom, UnixTime.Floor(End - Settled, UnixTime.Hour));
        Parts =
        [
            ("rollups_minute", Start, Math.Min(hoursFrom, End)),
            ("rollups_hour", hoursFrom, hoursTo),
            ("rollups_minute", hoursTo, End),
        ];
    }

    /// <summary>Start of the first minute.</summary>
    public long Start { get; }

    /// <summary>End of the minute that is now.</summary>
    public long End { get; }

    public int Minutes { get; }

    /// <summary>Table and times, from and before; some may be empty.</summary>
    public (string Table, long From, long To)[] Parts { get; }
}
