using System.Diagnostics;

namespace Orion.Store.Postgres;

/// <summary>
/// What the database's clock shows, without asking it: each transaction tells it when it begins, and the time since is counted here.
/// It is at or behind the true one, by what an answer took to get here. A transaction whose closure used it compares it with the clock
/// that its own beginning then tells (<see cref="IsNear"/>).
/// </summary>
internal sealed class PostgresClock
{
    // Clocks of two machines drift apart by up to 0.1 ms a second.
    private static readonly TimeSpan s_validity = TimeSpan.FromSeconds(5);

    // Of many answers the quickest tells most; for so long none is better than it.
    private static readonly TimeSpan s_kept = TimeSpan.FromSeconds(1);

    // What a transaction may find between its closure's first look at the clock and its beginning: no more than between its beginning and
    // its second statement on a busy machine. A step of the database's clock, or a process that stood still, is more.
    private static readonly TimeSpan s_behind = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_ahead = TimeSpan.FromMilliseconds(5);

    private Sample? _sample;

    /// <summary>What it shows now; null where it was not told of lately.</summary>
    public DateTimeOffset? Now =>
        Volatile.Read(ref _sample) is { } sample && Stopwatch.GetElapsedTime(sample.At) is var since && since < s_validity
            ? sample.Shown + since
            : null;

    /// <summary>Whether a time that was taken for the database's is near enough to what its clock showed soon after.</summary>
    public static bool IsNear(DateTimeOffset taken, DateTimeOffset shown) => taken - shown <= s_ahead && shown - taken <= s_behind;

    /// <summary>Is told what the clock showed in an answer that came just now.</summary>
    public void Told(DateTimeOffset shown)
    {
        var at = Stopwatch.GetTimestamp();
        var known = Volatile.Read(ref _sample);
        if (known is null || Stopwatch.GetElapsedTime(known.At, at) is var since
            && (since > s_kept || known.Shown + since is var expected && (shown >= expected || !IsNear(shown, expected))))
        {
            Volatile.Write(ref _sample, new Sample(shown, at));
        }
    }

    /// <param name="Shown">What it showed.</param>
    /// <param name="At">When that was heard, of this process's own clock that never steps.</param>
    private sealed record Sample(DateTimeOffset Shown, long At);
}
