namespace OrionPlatform.LoadTests;

/// <summary>A judged run and what it was: all that the reports show.</summary>
internal sealed record GateReport(LoadOptions Options, MeasuredRun Run, GateResult Result, DateTimeOffset Ended)
{
    public string Title => $"{Options.Rate} calls/s for {Options.Duration.TotalSeconds:0.#} s after {Options.WarmUp.TotalSeconds:0.#} s of warm-up, {LoadEngine.Name} engine";

    /// <summary>What latencies count from.</summary>
    public static string Clock => LoadEngine.KnowsIntendedStart
        ? "Latencies count from the intended start; failed calls count no less than the timeout."
        : "Latencies count from the actual start (this engine does not tell the intended one); failed calls count no less than the timeout.";

    public IReadOnlyList<IReadOnlyList<string>> CallRows =>
    [
        ["call", "count", "failed", "p50", "p95", "p99", "max", "service p99"],
        .. Run.Calls.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => Row(c.Key, c.Value)),
        Row("all public calls", Run.All),
    ];

    public IReadOnlyList<IReadOnlyList<string>> VerdictRows =>
    [
        ["verdict", "condition", "measured", "limit", "samples", ""],
        .. Result.Verdicts.Select(v =>
            (string[])[Word(v.Outcome), v.Name, v.Measured, v.Limit, v.Samples == 0 ? "" : $"{v.Samples}", v.Detail]),
    ];

    public string LagLine => LoadEngine.KnowsIntendedStart
        ? $"Generator lag: p50 {Text.Ms(Run.Lag.Percentile(50))}, p99 {Text.Ms(Run.Lag.Percentile(99))}, max {Text.Ms(Run.Lag.Max)}; {Run.WaitedForCopy} starts waited for a busy system."
        : "Generator lag: not told by this engine.";

    public string EndToEndLine => Run.EndToEnd.Count + Run.NeverThere == 0
        ? "Allocation create -> active: not measured."
        : $"Allocation create -> active (platform's clock, not gated): {Run.EndToEnd.Count} of {Run.EndToEnd.Count + Run.NeverThere}, "
            + $"p50 {Text.Ms(Run.EndToEnd.Percentile(50))}, p95 {Text.Ms(Run.EndToEnd.Percentile(95))}, max {Text.Ms(Run.EndToEnd.Max)}.";

    public static string Word(Outcome outcome) => outcome switch
    {
        Outcome.Pass => "PASS",
        Outcome.Fail => "FAIL",
        _ => "INVALID",
    };

    private static string[] Row(string name, CallMeasures calls) =>
    [
        name,
        $"{calls.Latency.Count}",
        $"{calls.Failed}",
        Text.Ms(calls.Latency.Percentile(50)),
        Text.Ms(calls.Latency.Percentile(95)),
        Text.Ms(calls.Latency.Percentile(99)),
        Text.Ms(calls.Latency.Max),
        Text.Ms(calls.Service.Percentile(99)),
    ];
}
