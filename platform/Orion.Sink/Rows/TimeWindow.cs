using System.Globalization;
using System.Runtime.InteropServices;
using Orion.Sink.Metrics;

namespace Orion.Sink.Rows;

/// <summary>
/// The times that a row may have when it arrives. One outside of it comes from a clock that is wrong, or a unit that was mistaken, and
/// would lie where no query looks or retention does not reach: it is stored at the time it was received, with what it said beside it.
/// </summary>
/// <param name="now">The time of receipt.</param>
/// <param name="rawDays">Days of raw rows kept.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly struct TimeWindow(long now, int rawDays)
{
    /// <summary>The attribute with the time that a row said it was of.</summary>
    public const string Original = "orion.original_time";

    /// <summary>The attribute with the end that a span said it had.</summary>
    public const string OriginalEnd = "orion.original_end_time";

    /// <summary>How far a sender's clock may be ahead.</summary>
    public const long Ahead = 10 * UnixTime.Minute;

    /// <summary>Days that a sender may have held something back, today among them; fewer when fewer are kept.</summary>
    public const int Days = 7;

    // A whole day's rows go at once: what is of the oldest day kept still has a day before it.
    private readonly long _first = UnixTime.Floor(now, UnixTime.Day) - ((Math.Min(rawDays, Days) - 1) * UnixTime.Day);

    /// <summary>The time of receipt.</summary>
    public long Now => now;

    public bool Holds(long time) => time >= _first && time <= now + Ahead;

    public bool Holds(ulong time) => time <= long.MaxValue && Holds((long)time);

    /// <summary>That time, to the nanosecond, in UTC.</summary>
    public static string Text(ulong time) =>
        (DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(time / UnixTime.Second)).ToString("yyyy-MM-dd'T'HH:mm:ss",
            CultureInfo.InvariantCulture)
        + "." + (time % UnixTime.Second).ToString("D9", CultureInfo.InvariantCulture) + "Z";

    /// <summary>Gives a row a time that it may have.</summary>
    public void Settle(SpanRow row)
    {
        if (!Holds(row.StartUnixNanos))
        {
            row.Attributes = [.. row.Attributes, new(Original, Text((ulong)Math.Max(0, row.StartUnixNanos)))];
            row.StartUnixNanos = now;
        }
    }

    /// <inheritdoc cref="Settle(SpanRow)"/>
    public void Settle(LogRow row)
    {
        if (!Holds(row.UnixNanos))
        {
            row.Attributes = [.. row.Attributes, new(Original, Text((ulong)Math.Max(0, row.UnixNanos)))];
            row.UnixNanos = now;
        }
    }

    /// <summary>Gives a point a time that it may have. An attribute would make it a point of another series.</summary>
    public void Settle(MetricPoint point) => point.UnixNanos = Holds(point.UnixNanos) ? point.UnixNanos : now;
}
