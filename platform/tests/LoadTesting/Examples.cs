namespace Orion.LoadTesting.Tests;

/// <summary>What the tests hold a run to.</summary>
internal static class Examples
{
    public static readonly LatencyObjective P95 = new("p95_300ms", 95, TimeSpan.FromMilliseconds(300));
    public static readonly LatencyObjective P99 = new("p99_1s", 99, TimeSpan.FromSeconds(1));
    public static readonly ErrorBudget Errors = new("errors_0_1pct", 0.001);
    public static readonly IReadOnlyList<Objective> All = [P95, P99, Errors];
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public static Dictionary<string, long> Planned(string scenario, long iterations) => new() { [scenario] = iterations };
}
