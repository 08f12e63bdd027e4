using NBomber.Contracts.Stats;

namespace NBomber.Contracts;

/// <summary>Finds statistics by name.</summary>
public static class StatsExtensions
{
    /// <summary>The scenario of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static ScenarioStats Get(this ScenarioStats[] stats, string scenarioName) =>
        stats.Find(scenarioName) ?? throw Missing("scenario", scenarioName);

    /// <summary>The scenario of that name, or null.</summary>
    public static ScenarioStats? Find(this ScenarioStats[] stats, string scenarioName) =>
        Array.Find(stats, s => s.ScenarioName == scenarioName);

    /// <summary>Whether there is a scenario of that name.</summary>
    public static bool Exists(this ScenarioStats[] stats, string scenarioName) => stats.Find(scenarioName) is not null;

    /// <summary>The step of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static StepStats Get(this StepStats[] stats, string stepName) => stats.Find(stepName) ?? throw Missing("step", stepName);

    /// <summary>The step of that name, or null.</summary>
    public static StepStats? Find(this StepStats[] stats, string stepName) => Array.Find(stats, s => s.StepName == stepName);

    /// <summary>Whether there is a step of that name.</summary>
    public static bool Exists(this StepStats[] stats, string stepName) => stats.Find(stepName) is not null;

    /// <summary>The figures of that status.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static StatusCodeStats Get(this StatusCodeStats[] stats, string statusCode) =>
        stats.Find(statusCode) ?? throw Missing("status code", statusCode);

    /// <summary>The figures of that status, or null.</summary>
    public static StatusCodeStats? Find(this StatusCodeStats[] stats, string statusCode) =>
        Array.Find(stats, s => s.StatusCode == statusCode);

    /// <summary>Whether there is that status.</summary>
    public static bool Exists(this StatusCodeStats[] stats, string statusCode) => stats.Find(statusCode) is not null;

    private static KeyNotFoundException Missing(string kind, string name) => new($"There is no {kind} '{name}' in the statistics.");
}
