namespace OrionPlatform.LoadTests;

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

    /// <summary>Microseconds from an allocation's creation until it was active, by the platform's clock.</summary>
    public required Histogram EndToEnd { get; init; }

    /// <summary>Allocations that were not active in time.</summary>
    public required long NeverThere { get; init; }
}

/// <summary>How many iterations a scenario is to start.</summary>
internal sealed record ScenarioPlan(string Scenario, long Iterations);

/// <summary>How many iterations were started.</summary>
/// <param name="All">In all.</param>
/// <param name="WithinPlan">Before the planned end.</param>
internal sealed record StartCounts(long All, long WithinPlan)
{
    public static readonly StartCounts None = new(0, 0);
}

/// <summary>Plan and fact of one scenario.</summary>
internal sealed record ScenarioStarts(ScenarioPlan Plan, StartCounts Counts)
{
    /// <summary>Share of the planned starts that came in time, 0 to 1.</summary>
    public double Achieved => Plan.Iterations == 0 ? 0 : (double)Counts.WithinPlan / Plan.Iterations;
}
