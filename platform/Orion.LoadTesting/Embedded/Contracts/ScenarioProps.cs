namespace NBomber.Contracts;

/// <summary>A scenario's definition; made by <c>Scenario.Create</c> and refined by its <c>With</c> methods.</summary>
public sealed record ScenarioProps
{
    internal ScenarioProps()
    {
    }

    /// <summary>Name of the scenario, unique in the test.</summary>
    public required string ScenarioName { get; init; }

    internal Func<IScenarioContext, Task<IResponse>>? Run { get; init; }

    internal Func<IScenarioInitContext, Task>? Init { get; init; }

    internal Func<IScenarioInitContext, Task>? Clean { get; init; }

    /// <summary>Null for none.</summary>
    internal TimeSpan? WarmUpDuration { get; init; } = TimeSpan.FromSeconds(30);

    internal IReadOnlyList<LoadSimulation> LoadSimulations { get; init; } = [new KeepConstantLoad(1, TimeSpan.FromMinutes(1))];

    internal IReadOnlyList<Threshold> Thresholds { get; init; } = [];

    internal bool RestartIterationOnFail { get; init; } = true;

    internal int MaxFailCount { get; init; } = 5_000;

    /// <summary>
    /// Bound on iterations in flight, so that a stalled system cannot exhaust the generator. An arrival beyond it waits for a free copy;
    /// its latency still counts from its intended start.
    /// </summary>
    internal int MaxInFlight { get; init; } = 2_000;
}
