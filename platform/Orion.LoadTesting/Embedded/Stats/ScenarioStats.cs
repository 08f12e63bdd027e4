namespace NBomber.Contracts.Stats;

/// <summary>The figures of one scenario.</summary>
public sealed record ScenarioStats
{
    /// <summary>Its name.</summary>
    public required string ScenarioName { get; init; }

    /// <summary>Iterations that succeeded.</summary>
    public required MeasurementStats Ok { get; init; }

    /// <summary>Iterations that failed.</summary>
    public required MeasurementStats Fail { get; init; }

    /// <summary>Its steps in the order in which they first ran.</summary>
    public required StepStats[] StepStats { get; init; }

    /// <summary>How it ended.</summary>
    public required OperationType CurrentOperation { get; init; }

    /// <summary>Iterations in all.</summary>
    public required int AllRequestCount { get; init; }

    /// <summary>Iterations that succeeded.</summary>
    public required int AllOkCount { get; init; }

    /// <summary>Iterations that failed.</summary>
    public required int AllFailCount { get; init; }

    /// <summary>Bytes received by all steps.</summary>
    public required long AllBytes { get; init; }

    /// <summary>Length of the load, without warm-up and drain.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Its place among the scenarios.</summary>
    public required int SortIndex { get; init; }
}

/// <summary>The figures of one step.</summary>
public sealed record StepStats
{
    /// <summary>Its name.</summary>
    public required string StepName { get; init; }

    /// <summary>Runs that succeeded.</summary>
    public required MeasurementStats Ok { get; init; }

    /// <summary>Runs that failed.</summary>
    public required MeasurementStats Fail { get; init; }

    /// <summary>Its place in the scenario.</summary>
    public required int SortIndex { get; init; }
}

/// <summary>The figures of the successes, or of the failures, of a scenario or a step.</summary>
public sealed record MeasurementStats
{
    /// <summary>How many.</summary>
    public required RequestStats Request { get; init; }

    /// <summary>How long.</summary>
    public required LatencyStats Latency { get; init; }

    /// <summary>How large.</summary>
    public required DataTransferStats DataTransfer { get; init; }

    /// <summary>With which status.</summary>
    public required StatusCodeStats[] StatusCodes { get; init; }
}
