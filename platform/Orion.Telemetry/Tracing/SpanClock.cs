using System.Diagnostics;

namespace Orion.Telemetry.Tracing;

/// <summary>
/// Durations that no step of the wall clock changes. <see cref="Activity"/> takes both ends from the wall clock, so a span's start is also
/// noted monotonically, and its end is set to its start and what has passed since. Spans that are given times of their own keep them.
/// </summary>
internal static class SpanClock
{
    private const string StartedAt = "orion.started_at";

    // What an activity was given differs from the clock by more than it takes to get here.
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMilliseconds(100);

    /// <summary>Timestamp of a span that has just begun; 0 when it was given another start.</summary>
    public static long Now(Activity activity) => IsNow(activity.StartTimeUtc) ? Stopwatch.GetTimestamp() : 0;

    /// <summary>Notes the start on the span itself, which costs an allocation: for spans outside requests and jobs.</summary>
    public static void Note(Activity activity)
    {
        if (Now(activity) is not 0 and var since)
        {
            activity.SetCustomProperty(StartedAt, since);
        }
    }

    /// <summary>What <see cref="Note"/> noted; 0 without.</summary>
    public static long Noted(Activity activity) => activity.GetCustomProperty(StartedAt) is long since ? since : 0;

    /// <summary>
    /// Corrects the end of a span that has just stopped, and began at that timestamp; leaves one alone that was given another end.
    /// </summary>
    public static void End(Activity activity, long since)
    {
        // A clock that went back leaves the shortest duration there is.
        if (since != 0 && (activity.Duration.Ticks <= 1 || IsNow(activity.StartTimeUtc + activity.Duration)))
        {
            activity.SetEndTime(activity.StartTimeUtc + Stopwatch.GetElapsedTime(since));
        }
    }

    private static bool IsNow(DateTime time) => (DateTime.UtcNow - time).Duration() < s_tolerance;
}
