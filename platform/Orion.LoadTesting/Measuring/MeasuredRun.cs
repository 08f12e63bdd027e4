namespace Orion.LoadTesting.Measuring;

/// <summary>All the gate judges by.</summary>
internal sealed record MeasuredRun
{
    /// <summary>Each kind of call.</summary>
    public required IReadOnlyDictionary<string, CallMeasures> Calls { get; init; }

    /// <summary>All calls together: counts merged, never percentiles averaged.</summary>
    public required CallMeasures All { get; init; }

    public required IReadOnlyList<ScenarioStarts> Scenarios { get; init; }

    /// <summary>Microseconds the generator was late.</summary>
    public required Histogram Lag { get; init; }

    /// <summary>Iterations that found all copies busy; their wait is in their latency.</summary>
    public required long WaitedForCopy { get; init; }

    /// <summary>Calls that were still running when all was over.</summary>
    public required long Unfinished { get; init; }

    /// <summary>From requests to their effects.</summary>
    public required IReadOnlyDictionary<string, EffectMeasures> EndToEnd { get; init; }
}

/// <summary>How many iterations were started.</summary>
/// <param name="All">In all.</param>
/// <param name="WithinPlan">Before the planned end.</param>
internal sealed record StartCounts(long All, long WithinPlan)
{
    public static readonly StartCounts None = new(0, 0);
}

/// <summary>Plan and fact of one scenario.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Planned">How many iterations it was to start.</param>
/// <param name="Counts">How many it started.</param>
internal sealed record ScenarioStarts(string Scenario, long Planned, StartCounts Counts)
{
    /// <summary>Share of the planned starts that came in time, 0 to 1.</summary>
    public double Achieved => Planned == 0 ? 0 : (double)Counts.WithinPlan / Planned;
}
