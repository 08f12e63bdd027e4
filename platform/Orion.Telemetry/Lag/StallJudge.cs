using System.Diagnostics;
using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Lag;

/// <summary>Settles where a stall's thread time went. Subtracts what nobody's code did before it accuses anyone.</summary>
internal static class StallJudge
{
    /// <summary>From this share of a stall on, gc, host or compiler is its cause and no route is named.</summary>
    private const double Explained = 0.5;

    /// <summary>Share of the busy time from which one is the suspect.</summary>
    private const double Majority = 0.5;

    public static Stall Judge(StallWindow window, DateTimeOffset at)
    {
        var length = window.Length.TotalSeconds;
        var gc = Math.Clamp(window.GcPause.TotalSeconds / length, 0, 1);

        // While the collector had stopped everyone the control thread was late too: that part is not the machine's.
        var host = Math.Clamp((window.ControlLate - window.GcPause).TotalSeconds / length, 0, 1 - gc);
        var ours = 1 - gc - host;
        var capacity = Math.Max(1, window.PoolThreads) * (length * Stopwatch.Frequency);
        var credits = Credits(window, ours / capacity);
        var named = credits.Sum(c => c.Share);
        if (named > ours)
        {
            // Threads that ended within the stall are not in the capacity any more.
            credits = [.. credits.Select(c => c with { Share = c.Share * ours / named })];
            named = ours;
        }

        var idle = Math.Clamp(ours * window.IdleThreads / Math.Max(1, window.PoolThreads), 0, ours - named);
        var unattributed = Math.Max(0, ours - named - idle);
        var cause = CauseOf(window, gc, host);
        var largest = credits.Count > 0 ? credits[0] : null;
        return new Stall
        {
            Length = window.Length,
            At = at,
            Cause = cause,
            Credits = [.. credits.Take(10)],
            Gc = gc,
            Host = host,
            Unattributed = unattributed,
            Idle = idle,
            Suspect = cause == StallCause.Pool && largest is not null && largest.Share > Majority * (named + unattributed) ? largest : null,
        };
    }

    private static StallCause CauseOf(StallWindow window, double gc, double host)
    {
        if (gc + host >= Explained)
        {
            return gc >= host ? StallCause.Gc : window.Cpu < window.Length * 0.02 ? StallCause.Suspended : StallCause.Host;
        }

        return window.Jit >= window.Length * (Explained * Math.Max(1, window.PoolThreads)) ? StallCause.Jit : StallCause.Pool;
    }

    private static List<StallCredit> Credits(StallWindow window, double sharePerTick) =>
    [
        .. window.Occupied
            .GroupBy(o => Name(o.Scope))
            .Select(g => new StallCredit(g.Key, g.Sum(o => o.Ticks) * sharePerTick, OnlySpan(g, window.OpenSpans)))
            .OrderByDescending(c => c.Share),
    ];

    internal static string Name(CanonicalLineContext scope) =>
        scope.Method is { } method ? $"{method} {scope.Route ?? "(unmatched)"}" : scope.Route ?? scope.Root.DisplayName;

    /// <summary>The innermost span they were seen in, if it was the same one for all: of two candidates neither is named.</summary>
    private static string? OnlySpan(IEnumerable<Occupied> occupied, IReadOnlyDictionary<CanonicalLineContext, string> openSpans)
    {
        var names = occupied.Select(o => openSpans.GetValueOrDefault(o.Scope)).OfType<string>().Distinct().Take(2).ToArray();
        return names.Length == 1 ? names[0] : null;
    }
}
