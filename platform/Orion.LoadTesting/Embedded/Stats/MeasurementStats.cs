namespace NBomber.Contracts.Stats;

/// <summary>How many.</summary>
public sealed record RequestStats
{
    /// <summary>Number.</summary>
    public required int Count { get; init; }

    /// <summary>Number per second of the scenario's length.</summary>
    public required double RPS { get; init; }

    /// <summary>Share of successes and failures together, in whole percent: too coarse for an error budget, so gate on counts.</summary>
    public required int Percent { get; init; }
}

/// <summary>How long, in milliseconds with two digits. Open loads count from the intended start.</summary>
public sealed record LatencyStats
{
    /// <summary>Shortest.</summary>
    public required double MinMs { get; init; }

    /// <summary>Mean.</summary>
    public required double MeanMs { get; init; }

    /// <summary>Longest.</summary>
    public required double MaxMs { get; init; }

    /// <summary>Median.</summary>
    public required double Percent50 { get; init; }

    /// <summary>75th percentile.</summary>
    public required double Percent75 { get; init; }

    /// <summary>95th percentile.</summary>
    public required double Percent95 { get; init; }

    /// <summary>99th percentile.</summary>
    public required double Percent99 { get; init; }

    /// <summary>Standard deviation.</summary>
    public required double StdDev { get; init; }

    /// <summary>Counts of three coarse classes.</summary>
    public required LatencyCount LatencyCount { get; init; }
}

/// <summary>Counts by latency.</summary>
public sealed record LatencyCount
{
    /// <summary>800 ms or less.</summary>
    public required int LessOrEq800 { get; init; }

    /// <summary>Over 800 ms and under 1,200 ms.</summary>
    public required int More800Less1200 { get; init; }

    /// <summary>1,200 ms or more.</summary>
    public required int MoreOrEq1200 { get; init; }
}

/// <summary>How large, in bytes.</summary>
public sealed record DataTransferStats
{
    /// <summary>Smallest.</summary>
    public required long MinBytes { get; init; }

    /// <summary>Mean.</summary>
    public required long MeanBytes { get; init; }

    /// <summary>Largest.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>Median.</summary>
    public required long Percent50 { get; init; }

    /// <summary>75th percentile.</summary>
    public required long Percent75 { get; init; }

    /// <summary>95th percentile.</summary>
    public required long Percent95 { get; init; }

    /// <summary>99th percentile.</summary>
    public required long Percent99 { get; init; }

    /// <summary>Standard deviation.</summary>
    public required double StdDev { get; init; }

    /// <summary>Sum.</summary>
    public required long AllBytes { get; init; }
}

/// <summary>The figures of one status.</summary>
public sealed record StatusCodeStats
{
    /// <summary>The status; -100 for a timeout and -101 for an exception that the scenario did not handle.</summary>
    public required string StatusCode { get; init; }

    /// <summary>Whether it is a failure.</summary>
    public required bool IsError { get; init; }

    /// <summary>The first message that came with it.</summary>
    public required string Message { get; init; }

    /// <summary>How often.</summary>
    public required int Count { get; init; }

    /// <summary>Share of successes and failures together, in whole percent.</summary>
    public required int Percent { get; init; }
}
