namespace Orion.LoadTesting;

/// <summary>What all calls of a run together are held to.</summary>
/// <param name="Name">Stable name, under which reports and their readers find it.</param>
public abstract record Objective(string Name);

/// <summary>The percentile of all calls, failed ones included, has to be below the limit.</summary>
/// <param name="Name">Stable name.</param>
/// <param name="Percentile">0 to 100, exclusive.</param>
/// <param name="Limit">Strict: a percentile equal to it fails.</param>
public sealed record LatencyObjective(string Name, double Percentile, TimeSpan Limit) : Objective(Name)
{
    /// <summary>
    /// Fewer calls cannot show it with 95 % confidence even when none exceeds the limit: ln 0.05 / ln(percentile / 100).
    /// </summary>
    public int MinSamples => (int)Math.Ceiling(Math.Log(0.05) / Math.Log(Percentile / 100));

    /// <summary>A generator whose own lag is over this at the same percentile measured itself: a twentieth of the limit.</summary>
    public TimeSpan MaxLag => Limit / 20;

    internal long LimitMicros => (long)Limit.TotalMicroseconds;
}

/// <summary>A smaller share of all calls has to fail.</summary>
/// <param name="Name">Stable name.</param>
/// <param name="Share">0 to 1; strict, and kept to a millionth.</param>
public sealed record ErrorBudget(string Name, double Share) : Objective(Name)
{
    /// <summary>Fewer calls say nothing. 299 without a failure show a share below 1 % with 95 % confidence: ln 0.05 / ln 0.99.</summary>
    public int MinSamples { get; init; } = 299;

    internal long FailuresPerMillion => (long)Math.Round(Share * 1e6);
}
