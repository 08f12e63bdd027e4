namespace Orion.Telemetry.Lag;

/// <summary>What a stall is due to.</summary>
public enum StallCause
{
    /// <summary>The pool's threads were taken: somebody's code.</summary>
    Pool,

    /// <summary>The garbage collector had stopped all threads.</summary>
    Gc,

    /// <summary>The machine did not give the process time: a control thread, which needs no pool, was late as well.</summary>
    Host,

    /// <summary>The process was stopped (SIGSTOP, a sleeping machine): late, and without using the processor.</summary>
    Suspended,

    /// <summary>Code was being compiled for the first time.</summary>
    Jit,
}

/// <summary>One share of a stall's thread time.</summary>
/// <param name="Name"><c>POST /reports</c>, or the kind of a job.</param>
/// <param name="Share">0 to 1 of all thread time in the stall.</param>
/// <param name="Span">The one inner span it was in, when there was exactly one.</param>
public sealed record StallCredit(string Name, double Share, string? Span);

/// <summary>
/// A time in which no work got a pool thread, and where the threads' time went: the credits, <see cref="Gc"/>, <see cref="Host"/>,
/// <see cref="Unattributed"/> and <see cref="Idle"/> add up to 1.
/// </summary>
public sealed record Stall
{
    /// <summary>How long.</summary>
    public required TimeSpan Length { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What it is due to.</summary>
    public required StallCause Cause { get; init; }

    /// <summary>Who was on the threads, the largest share first; at most ten.</summary>
    public required IReadOnlyList<StallCredit> Credits { get; init; }

    /// <summary>Share of garbage collection.</summary>
    public required double Gc { get; init; }

    /// <summary>Share in which the machine did not run us.</summary>
    public required double Host { get; init; }

    /// <summary>Share of busy threads of which nobody knows what they carried.</summary>
    public required double Unattributed { get; init; }

    /// <summary>Share of threads without work.</summary>
    public required double Idle { get; init; }

    /// <summary>
    /// The one who had at least half of the busy thread time; null when the cause is not code, or when it is several, or unknown.
    /// </summary>
    public required StallCredit? Suspect { get; init; }

    /// <summary>One sentence for people.</summary>
    public string Sentence
    {
        get
        {
            var head = $"thread pool stalled ~{(long)Length.TotalMilliseconds} ms";
            return Cause switch
            {
                StallCause.Gc => $"{head} - garbage collection",
                StallCause.Host => $"{head} - the machine did not run this process",
                StallCause.Suspended => $"{head} - the process was suspended",
                StallCause.Jit => $"{head} - code was compiled for the first time",
                _ when Suspect is { } suspect => $"{head} - likely: {suspect.Name}{(suspect.Span is { } span ? $" ({span})" : "")}",
                _ when Credits.Count > 1 && Credits.Take(3).Sum(c => c.Share) > Unattributed =>
                    $"{head} - several: {string.Join(", ", Credits.Take(3).Select(c => $"{c.Name} {c.Share:P0}"))}",
                _ => $"{head} - by work that belongs to no request or job",
            };
        }
    }
}
