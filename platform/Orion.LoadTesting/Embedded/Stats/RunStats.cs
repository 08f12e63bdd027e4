namespace NBomber.Contracts.Stats;

/// <summary>Which test ran.</summary>
public sealed record TestInfo
{
    /// <summary>Unique name of the run.</summary>
    public required string SessionId { get; init; }

    /// <summary>Name of the suite.</summary>
    public required string TestSuite { get; init; }

    /// <summary>Name of the test.</summary>
    public required string TestName { get; init; }

    /// <summary>When it began, in UTC.</summary>
    public required DateTime Created { get; init; }
}

/// <summary>Which machine ran it.</summary>
public sealed record NodeInfo
{
    /// <summary>Its name.</summary>
    public required string MachineName { get; init; }

    /// <summary>Its operating system.</summary>
    public required string OS { get; init; }

    /// <summary>The .NET runtime.</summary>
    public required string DotNetVersion { get; init; }

    /// <summary>Number of logical processors.</summary>
    public required int CoresCount { get; init; }
}

/// <summary>What a scenario is doing.</summary>
public enum OperationType
{
    /// <summary>Nothing yet.</summary>
    None = 0,

    /// <summary>It prepares.</summary>
    Init = 1,

    /// <summary>It warms up.</summary>
    WarmUp = 2,

    /// <summary>It runs and is recorded.</summary>
    Bombing = 3,

    /// <summary>It was stopped before its time.</summary>
    Stop = 4,

    /// <summary>It ran to its end.</summary>
    Complete = 5,

    /// <summary>It could not run.</summary>
    Error = 6,
}

/// <summary>How a threshold ended.</summary>
public sealed record ThresholdResult
{
    /// <summary>The scenario.</summary>
    public required string ScenarioName { get; init; }

    /// <summary>The step; empty for a condition on the whole scenario.</summary>
    public required string StepName { get; init; }

    /// <summary>Text of the condition.</summary>
    public required string CheckExpression { get; init; }

    /// <summary>What the condition threw; empty when it threw nothing.</summary>
    public required string ExceptionMsg { get; init; }

    /// <summary>How many checks failed, those during the run included.</summary>
    public required int ErrorCount { get; init; }

    /// <summary>Whether the condition does not hold for the final statistics.</summary>
    public required bool IsFailed { get; init; }
}

/// <summary>What a whole run ended with.</summary>
public sealed record NodeStats
{
    /// <summary>Each scenario.</summary>
    public required ScenarioStats[] ScenarioStats { get; init; }

    /// <summary>Each threshold.</summary>
    public required ThresholdResult[] Thresholds { get; init; }

    /// <summary>The machine.</summary>
    public required NodeInfo NodeInfo { get; init; }

    /// <summary>The test.</summary>
    public required TestInfo TestInfo { get; init; }

    /// <summary>Iterations in all.</summary>
    public required int AllRequestCount { get; init; }

    /// <summary>Iterations that succeeded.</summary>
    public required int AllOkCount { get; init; }

    /// <summary>Iterations that failed.</summary>
    public required int AllFailCount { get; init; }

    /// <summary>Bytes received.</summary>
    public required long AllBytes { get; init; }

    /// <summary>Length of the longest scenario, without warm-up and drain.</summary>
    public required TimeSpan Duration { get; init; }
}
