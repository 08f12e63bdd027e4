using NBomber.Contracts;

namespace NBomber.CSharp;

/// <summary>Defines scenarios.</summary>
public static class Scenario
{
    /// <summary>A scenario whose iterations run <paramref name="run"/>.</summary>
    /// <param name="name">Unique in the test.</param>
    /// <param name="run">One iteration; an exception in it is a failed iteration.</param>
    public static ScenarioProps Create(string name, Func<IScenarioContext, Task<IResponse>> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new() { ScenarioName = name, Run = run };
    }

    /// <summary>A scenario that only has an init or clean function.</summary>
    /// <param name="name">Unique in the test.</param>
    public static ScenarioProps Empty(string name) => new() { ScenarioName = name };

    /// <summary>Runs once before any load; an exception in it ends the test.</summary>
    public static ScenarioProps WithInit(this ScenarioProps scenario, Func<IScenarioInitContext, Task> initFunc) =>
        scenario with { Init = initFunc };

    /// <summary>Runs once after the load.</summary>
    public static ScenarioProps WithClean(this ScenarioProps scenario, Func<IScenarioInitContext, Task> cleanFunc) =>
        scenario with { Clean = cleanFunc };

    /// <summary>Runs the first simulation for so long before anything is recorded; 30 s unless said otherwise.</summary>
    public static ScenarioProps WithWarmUpDuration(this ScenarioProps scenario, TimeSpan duration) =>
        scenario with { WarmUpDuration = duration };

    /// <summary>Records from the first iteration on.</summary>
    public static ScenarioProps WithoutWarmUp(this ScenarioProps scenario) => scenario with { WarmUpDuration = null };

    /// <summary>The load, one simulation after the other; one copy for a minute unless said otherwise.</summary>
    public static ScenarioProps WithLoadSimulations(this ScenarioProps scenario, params LoadSimulation[] loadSimulations) =>
        loadSimulations.Length > 0
            ? scenario with { LoadSimulations = loadSimulations }
            : throw new ArgumentException("A scenario needs at least one load simulation.", nameof(loadSimulations));

    /// <summary>Conditions that the final statistics have to meet.</summary>
    public static ScenarioProps WithThresholds(this ScenarioProps scenario, params Threshold[] thresholds) =>
        scenario with { Thresholds = thresholds };

    /// <summary>
    /// Whether a failed step ends its iteration as failed (true unless said otherwise) or leaves that to the scenario's code.
    /// </summary>
    public static ScenarioProps WithRestartIterationOnFail(this ScenarioProps scenario, bool shouldRestart) =>
        scenario with { RestartIterationOnFail = shouldRestart };

    /// <summary>So many failed iterations stop the whole test; 5,000 unless said otherwise.</summary>
    public static ScenarioProps WithMaxFailCount(this ScenarioProps scenario, int maxFailCount) =>
        scenario with { MaxFailCount = maxFailCount };
}
