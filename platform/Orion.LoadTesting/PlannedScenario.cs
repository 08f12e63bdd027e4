using NBomber.Contracts;
using NBomber.CSharp;

namespace Orion.LoadTesting;

/// <summary>
/// A scenario and how many iterations it has to start: a run that started fewer than 99 % of them within its duration is INVALID, since a
/// load that was not made proves nothing.
/// </summary>
/// <param name="Scenario">The scenario, its load included.</param>
/// <param name="Iterations">Planned starts, without those of the warm-up.</param>
public sealed record PlannedScenario(ScenarioProps Scenario, long Iterations);

/// <summary>Plans scenarios.</summary>
public static class PlannedScenarioExtensions
{
    /// <summary>
    /// An open load: <paramref name="rate"/> iterations start each <paramref name="interval"/>, evenly spaced, whether earlier ones have
    /// ended or not, for <paramref name="during"/>. Any other load is set by <c>WithLoadSimulations</c>, and its iterations are told to
    /// <see cref="PlannedScenario"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative, or a time is not longer than zero.</exception>
    public static PlannedScenario Inject(this ScenarioProps scenario, int rate, TimeSpan interval, TimeSpan during) => new(
        scenario.WithLoadSimulations(Simulation.Inject(rate, interval, during)),
        (long)Math.Ceiling(during / interval * rate));
}
