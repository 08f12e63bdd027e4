using NBomber.Contracts.Stats;

namespace NBomber.Contracts;

/// <summary>What a scenario is doing while its code runs.</summary>
public enum ScenarioOperation
{
    /// <summary>Its init function runs.</summary>
    Init = 0,

    /// <summary>Its clean function runs.</summary>
    Clean = 1,

    /// <summary>It runs, and nothing is recorded.</summary>
    WarmUp = 2,

    /// <summary>It runs and is recorded.</summary>
    Bombing = 3,
}

/// <summary>Which copy of which scenario runs.</summary>
public sealed record ScenarioInfo
{
    internal ScenarioInfo()
    {
    }

    /// <summary>Name of this copy, unique in the run.</summary>
    public required string InstanceId { get; init; }

    /// <summary>Number of this copy, from 0.</summary>
    public required int InstanceNumber { get; init; }

    /// <summary>Name of the scenario.</summary>
    public required string ScenarioName { get; init; }

    /// <summary>Planned length of the load, without the warm-up.</summary>
    public required TimeSpan ScenarioDuration { get; init; }

    /// <summary>Whether this iteration is warm-up. It goes by the time the iteration was to start, not by when it ends.</summary>
    public required ScenarioOperation ScenarioOperation { get; init; }
}

/// <summary>What the code of one iteration may know and do.</summary>
public interface IScenarioContext
{
    /// <summary>The test.</summary>
    TestInfo TestInfo { get; }

    /// <summary>The scenario and its copy.</summary>
    ScenarioInfo ScenarioInfo { get; }

    /// <summary>The machine.</summary>
    NodeInfo NodeInfo { get; }

    /// <summary>How many iterations this copy has begun, this one included.</summary>
    long InvocationNumber { get; }

#pragma warning disable MA0016 // NBomber's own type, so that code written against one compiles against the other
    /// <summary>Values of this iteration; empty when the next one begins.</summary>
    Dictionary<string, object> Data { get; }

    /// <summary>Values this copy keeps between its iterations.</summary>
    Dictionary<string, object> ScenarioInstanceData { get; }
#pragma warning restore MA0016

    /// <summary>Fires when the scenario is stopped early or its in-flight iterations are given up.</summary>
    CancellationToken ScenarioCancellationToken { get; }

    /// <summary>Randomness of this copy; only its own iterations may use it.</summary>
    Random Random { get; }

    /// <summary>Stops a scenario before its time.</summary>
    /// <param name="scenarioName">The scenario; nothing happens when there is none of that name.</param>
    /// <param name="reason">Why; it is printed.</param>
    void StopScenario(string scenarioName, string reason);

    /// <summary>Stops all scenarios before their time.</summary>
    /// <param name="reason">Why; it is printed.</param>
    void StopCurrentTest(string reason);

    /// <summary>Time since the scenario's current phase (warm-up or load) began.</summary>
    TimeSpan GetScenarioTimerTime();
}

/// <summary>What the init and clean functions of a scenario may know.</summary>
public interface IScenarioInitContext
{
    /// <summary>The test.</summary>
    TestInfo TestInfo { get; }

    /// <summary>The scenario.</summary>
    ScenarioInfo ScenarioInfo { get; }

    /// <summary>The machine.</summary>
    NodeInfo NodeInfo { get; }
}
