using Defined = OrionPlatform.ServiceDefaults.Slos;

namespace OrionPlatform.LoadTests;

/// <summary>What the gate holds the product to: the objectives of the public API, as the gate judges them.</summary>
internal static class Slos
{
    public static readonly LatencySlo PublicApiP95 = Of(Defined.PublicApiP95);

    public static readonly LatencySlo PublicApiP99 = Of(Defined.PublicApiP99);

    /// <summary>Fewer than 299 calls would not show one failure in a hundred with 95 % confidence.</summary>
    public static readonly BudgetSlo PublicApiErrors =
        new(Defined.PublicApiErrors.Name, (int)Math.Round(Defined.PublicApiErrors.Budget * 1e6), 299);

    public static IReadOnlyList<LatencySlo> Latency { get; } = [PublicApiP95, PublicApiP99];

    public static IReadOnlyList<BudgetSlo> Budgets { get; } = [PublicApiErrors];

    private static LatencySlo Of(Orion.Sink.ServiceLevels.LatencySlo slo) => new(slo.Name, slo.Objective, slo.Limit);
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
