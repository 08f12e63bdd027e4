using System.Diagnostics;
using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Lag;

/// <summary>What the monitor saw between the moment a probe was queued and the moment it ran.</summary>
internal sealed record StallWindow
{
    /// <summary>Timestamp (<see cref="Stopwatch"/>) of the start.</summary>
    public required long Start { get; init; }

    /// <summary>Timestamp of the end.</summary>
    public required long End { get; init; }

    /// <summary>How much later than asked the control thread, which needs no pool, woke up in this time.</summary>
    public required TimeSpan ControlLate { get; init; }

    /// <summary>Time in which the garbage collector had stopped all threads.</summary>
    public required TimeSpan GcPause { get; init; }

    /// <summary>Time spent compiling, on all threads.</summary>
    public required TimeSpan Jit { get; init; }

    /// <summary>Processor time of this process.</summary>
    public required TimeSpan Cpu { get; init; }

    /// <summary>
    /// Threads of the pool, the mean over this time: a pool that is stalled grows, and a thread that was not there yet had no time to
    /// spend.
    /// </summary>
    public required double PoolThreads { get; init; }

    /// <summary>Those of them without work, the mean as well.</summary>
    public required double IdleThreads { get; init; }

    /// <summary>Who was on the pool's threads in that time.</summary>
    public required IReadOnlyList<Occupied> Occupied { get; init; }

    /// <summary>The innermost open span of those who were seen on a thread while it lasted.</summary>
    public required IReadOnlyDictionary<CanonicalLineContext, string> OpenSpans { get; init; }

    public TimeSpan Length => Stopwatch.GetElapsedTime(Start, End);

    /// <summary>Two windows one right after the other are one stall.</summary>
    public StallWindow Then(StallWindow next) => next with
    {
        Start = Start,
        ControlLate = ControlLate + next.ControlLate,
        GcPause = GcPause + next.GcPause,
        Jit = Jit + next.Jit,
        Cpu = Cpu + next.Cpu,
        PoolThreads = Mean(PoolThreads, next, next.PoolThreads),
        IdleThreads = Mean(IdleThreads, next, next.IdleThreads),
        Occupied = [.. Occupied, .. next.Occupied],
        OpenSpans = new Dictionary<CanonicalLineContext, string>(
            [.. next.OpenSpans, .. OpenSpans.Where(s => !next.OpenSpans.ContainsKey(s.Key))]),
    };

    private double Mean(double here, StallWindow next, double there) => here + ((there - here) * (next.Length / (Length + next.Length)));
}
