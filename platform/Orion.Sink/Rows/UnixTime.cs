namespace Orion.Sink.Rows;

/// <summary>Wall-clock time as nanoseconds since 1970-01-01 UTC.</summary>
internal static class UnixTime
{
    public const long Second = 1_000_000_000;
    public const long Minute = 60 * Second;
    public const long Hour = 60 * Minute;
    public const long Day = 24 * Hour;

    public static long Nanos(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100;

    public static DateTimeOffset Time(long nanos) => new(DateTimeOffset.UnixEpoch.Ticks + (nanos / 100), TimeSpan.Zero);

    /// <summary>The start of the minute, hour or day that holds <paramref name="nanos"/>; rounds down also before 1970.</summary>
    public static long Floor(long nanos, long unit) => nanos - (((nanos % unit) + unit) % unit);

    public static DateOnly DayOf(long nanos) =>
        DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays((int)(Floor(nanos, Day) / Day));
}
