using Orion.LoadTesting.Engines;
using Orion.LoadTesting.Measuring;

namespace Orion.LoadTesting.Gate;

/// <summary>A judged run and what it was: all that the reports show.</summary>
internal sealed record GateReport(LoadAmount Load, MeasuredRun Run, GateResult Result, DateTimeOffset Ended)
{
    public string Title =>
        $"{Load.Rate} calls/s for {Load.Duration.TotalSeconds:0.#} s after {Load.WarmUp.TotalSeconds:0.#} s of warm-up, "
        + $"{LoadEngine.Name} engine";

    /// <summary>What latencies count from.</summary>
    public static string Clock =>
        (LoadEngine.KnowsIntendedStart
            ? "Latencies count from the intended start"
            : "Latencies count from the actual start (this engine does not tell the intended one)")
        + "; failed calls count no less than the timeout.";

    public IReadOnlyList<IReadOnlyList<string>> CallRows =>
    [
        ["call", "count", "failed", "p50", "p95", "p99", "max", "service p99"],
        .. Run.Calls.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => Row(c.Key, c.Value)),
        Row("all calls", Run.All),
    ];

    public IReadOnlyList<IReadOnlyList<string>> VerdictRows =>
    [
        ["verdict", "condition", "measured", "limit", "samples", ""],
        .. Result.Verdicts.Select(v =>
            (string[])[Word(v.Outcome), v.Name, v.Measured, v.Limit, v.Samples == 0 ? "" : $"{v.Samples}", v.Detail]),
    ];

    /// <summary>What is shown and not judged: the generator's lag, and the times from requests to their effects.</summary>
    public IReadOnlyList<string> Notes =>
        [Lag, .. Run.EndToEnd.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => Effect(e.Key, e.Value))];

    private string Lag => LoadEngine.KnowsIntendedStart
        ? $"Generator lag: p50 {LatencyText.Ms(Run.Lag.Percentile(50))}, p99 {LatencyText.Ms(Run.Lag.Percentile(99))}, "
            + $"max {LatencyText.Ms(Run.Lag.Max)}; {Run.WaitedForCopy} starts waited for a busy system."
        : "Generator lag: not told by this engine.";

    public static string Word(Outcome outcome) => outcome switch
    {
        Outcome.Pass => "PASS",
        Outcome.Fail => "FAIL",
        _ => "INVALID",
    };

    private static string Effect(string name, EffectMeasures effect) =>
        $"{name} (not gated): {effect.Times.Count} of {effect.Times.Count + effect.NotInTime}, "
        + $"p50 {LatencyText.Ms(effect.Times.Percentile(50))}, p95 {LatencyText.Ms(effect.Times.Percentile(95))}, "
        + $"max {LatencyText.Ms(effect.Times.Max)}.";

    private static string[] Row(string name, CallMeasures calls) =>
    [
        name,
        $"{calls.Latency.Count}",
        $"{calls.Failed}",
        LatencyText.Ms(calls.Latency.Percentile(50)),
        LatencyText.Ms(calls.Latency.Percentile(95)),
        LatencyText.Ms(calls.Latency.Percentile(99)),
        LatencyText.Ms(calls.Latency.Max),
        LatencyText.Ms(calls.Service.Percentile(99)),
    ];
}
