namespace OrionPlatform.LoadTests;

/// <summary>What the gate holds the platform to. Names and figures are those of ServiceDefaults' SLO definitions; a test compares the two.</summary>
internal static class Slos
{
    public static readonly LatencySlo PublicApiP95 = new("public_api_p95_300ms", 95, TimeSpan.FromMilliseconds(300));

    public static readonly LatencySlo PublicApiP99 = new("public_api_p99_1s", 99, TimeSpan.FromSeconds(1));

    public static readonly BudgetSlo PublicApiErrors = new("public_api_errors_0_1pct", 1_000, 299);

    public static IReadOnlyList<LatencySlo> Latency { get; } = [PublicApiP95, PublicApiP99];

    public static IReadOnlyList<BudgetSlo> Budgets { get; } = [PublicApiErrors];
}

/// <summary>The percentile of all calls, failed ones included, has to be below the limit.</summary>
/// <param name="Name">Stable name.</param>
/// <param name="Percentile">0 to 100, exclusive.</param>
/// <param name="Limit">Strict: a percentile equal to it fails.</param>
internal sealed record LatencySlo(string Name, double Percentile, TimeSpan Limit)
{
    public long LimitMicros => (long)Limit.TotalMicroseconds;

    /// <summary>Fewer calls cannot show it with 95 % confidence even when none exceeds the limit: ln 0.05 / ln(percentile / 100).</summary>
    public int MinSamples => (int)Math.Ceiling(Math.Log(0.05) / Math.Log(Percentile / 100));

    /// <summary>A generator whose own lag is over this at the same percentile measured itself: a twentieth of the limit.</summary>
    public TimeSpan MaxLag => Limit / 20;
}

/// <summary>So few calls may fail.</summary>
/// <param name="Name">Stable name.</param>
/// <param name="FailuresPerMillion">The budget; strict.</param>
/// <param name="MinSamples">Fewer calls say nothing.</param>
internal sealed record BudgetSlo(string Name, int FailuresPerMillion, int MinSamples);
