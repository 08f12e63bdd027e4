using NBomber.Contracts.Stats;
using Orion.LoadTesting.Engines;
using Orion.LoadTesting.Measuring;

namespace Orion.LoadTesting.Gate;

/// <summary>Judges a finished run. Data that is missing is never a pass.</summary>
internal static class SloGate
{
    private const double MinAchieved = 0.99;

    public static GateResult Judge(
        MeasuredRun run, IReadOnlyList<Objective> objectives, IReadOnlyList<ThresholdResult> thresholds) => new(
    [
        .. objectives.Select(objective => objective switch
        {
            LatencyObjective latency => Latency(latency, run),
            ErrorBudget budget => Budget(budget, run),
            _ => throw new NotSupportedException($"{objective.Name} is of a kind that the gate cannot judge."),
        }),
        .. thresholds.Select(Threshold),
        .. run.Scenarios.Select(Rate),
        AllEnded(run),
    ]);

    private static Verdict Latency(LatencyObjective slo, MeasuredRun run)
    {
        var latency = run.All.Latency;
        var over = latency.AtOrAbove(slo.LimitMicros);
        var holds = Holds(slo, latency);

        // Lag is in the latency and not in the service time: a limit broken by both is broken by the platform.
        var lag = TimeSpan.FromMicroseconds(run.Lag.Percentile(slo.Percentile));
        var lagMayDecide = LoadEngine.KnowsIntendedStart && lag > slo.MaxLag && (holds || Holds(slo, run.All.Service));
        var problem = latency.Count < slo.MinSamples ? $"needs {slo.MinSamples} samples"
            : lagMayDecide
                ? $"the generator itself was {LatencyText.Ms(lag)} late (p{slo.Percentile:0.##}, at most {LatencyText.Ms(slo.MaxLag)})"
            : null;
        return new(
            slo.Name,
            problem is not null ? Outcome.Invalid : holds ? Outcome.Pass : Outcome.Fail,
            $"p{slo.Percentile:0.##} = {LatencyText.Ms(latency.Percentile(slo.Percentile))}",
            $"< {LatencyText.Ms(slo.Limit)}",
            latency.Count,
            problem ?? $"{over} at or over the limit: {Interval.Wilson(over, latency.Count)}");
    }

    // The percentile is below the limit exactly when enough calls are; counting those is exact where a histogram's percentile is rounded.
    private static bool Holds(LatencyObjective slo, Histogram times) =>
        times.Count - times.AtOrAbove(slo.LimitMicros) >= Histogram.Rank(slo.Percentile, times.Count);

    private static Verdict Budget(ErrorBudget slo, MeasuredRun run)
    {
        var (failed, all) = (run.All.Failed, run.All.Latency.Count);
        var holds = failed * 1_000_000 < all * slo.FailuresPerMillion;
        return new(
            slo.Name,
            all < slo.MinSamples ? Outcome.Invalid : holds ? Outcome.Pass : Outcome.Fail,
            $"{failed} failed",
            $"< {slo.FailuresPerMillion / 10_000.0:0.####} %",
            all,
            all < slo.MinSamples ? $"needs {slo.MinSamples} samples" : Interval.Wilson(failed, all));
    }

    private static Verdict Threshold(ThresholdResult result) => new(
        $"{result.ScenarioName}{(result.StepName.Length > 0 ? ": " + result.StepName : "")}",
        result.IsFailed ? Outcome.Fail : Outcome.Pass,
        result.IsFailed ? "does not hold" : "holds",
        result.CheckExpression,
        0,
        result.ExceptionMsg);

    private static Verdict Rate(ScenarioStarts scenario) => new(
        $"run valid: {scenario.Scenario}",
        scenario.Achieved >= MinAchieved ? Outcome.Pass : Outcome.Invalid,
        $"{scenario.Counts.WithinPlan} of {scenario.Planned} started in time",
        $">= {MinAchieved:0 %}",
        scenario.Counts.All,
        scenario.Counts.All == 0 ? "the scenario did not run" : "");

    private static Verdict AllEnded(MeasuredRun run) => new(
        "run valid: every call ended",
        run.Unfinished == 0 ? Outcome.Pass : Outcome.Invalid,
        $"{run.Unfinished} still running",
        "0",
        run.All.Latency.Count,
        "");
}
