using NBomber.Contracts;

namespace Orion.LoadTesting;

/// <summary>A choice of <c>--profile</c>: which load runs, and how much of it.</summary>
public abstract class LoadProfile
{
    private protected LoadProfile(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>What it is chosen by: <c>--profile NAME</c>.</summary>
    public string Name { get; }

    /// <summary>A few words for <c>--help</c>.</summary>
    public string Description { get; init; } = "";

    /// <summary>The program's three options of a load, as this profile has them; traffic has none.</summary>
    internal virtual LoadAmount Amount => new(0, TimeSpan.Zero, TimeSpan.Zero);
}

/// <summary>A load with an end and a verdict: the objectives, the scenarios' thresholds, and whether the run itself was valid.</summary>
/// <param name="name">What it is chosen by.</param>
public sealed class GateProfile(string name) : LoadProfile(name)
{
    /// <summary>
    /// Calls per second, 1 to 100,000, unless <c>--rate</c> says otherwise; the scenarios read <see cref="LoadRun.Rate"/>.
    /// </summary>
    public int Rate { get; init; } = 60;

    /// <summary>Length of the load, without warm-up and drain, unless <c>--duration</c> says otherwise.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Load before anything is recorded, unless <c>--warm-up</c> says otherwise.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Makes the scenarios once the target answers. A <see cref="LoadTestException"/> from it ends the run with its sentence.
    /// </summary>
    public required Func<LoadRun, CancellationToken, Task<IReadOnlyList<PlannedScenario>>> Scenarios { get; init; }

    internal override LoadAmount Amount => new(Rate, Duration, WarmUp);
}

/// <summary>
/// Endless load without a verdict on a running target: a demonstration's traffic. It outlives restarts of the target, tells of itself
/// by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, and ends at once when it is told to.
/// </summary>
/// <param name="name">What it is chosen by.</param>
public sealed class TrafficProfile(string name) : LoadProfile(name)
{
    /// <summary>Makes the scenarios; they have to last for as long as the traffic may.</summary>
    public required Func<LoadRun, CancellationToken, Task<IReadOnlyList<ScenarioProps>>> Scenarios { get; init; }
}

/// <summary>How much load, and how long.</summary>
internal sealed record LoadAmount(int Rate, TimeSpan Duration, TimeSpan WarmUp);
