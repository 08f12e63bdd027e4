using NBomber.Contracts;
using Orion.LoadTesting.Embedded.Engine;

namespace Orion.LoadTesting.Engines;

/// <summary>What the gate asks of the engine beyond NBomber's API: when an iteration was meant to start. This one knows.</summary>
internal static class LoadEngine
{
    public const string Name = "embedded";

    /// <summary>
    /// Whether latencies count from the intended start, so that a slow generator or a busy system cannot hide waiting time.
    /// </summary>
    public static bool KnowsIntendedStart => true;

    /// <summary>What the step that runs now counts from, as a timestamp of <see cref="System.Diagnostics.Stopwatch"/>.</summary>
    public static long IntendedStart(IScenarioContext context) => ((Iteration)context).StepStart;

    /// <summary>How late the generator started the iteration.</summary>
    public static TimeSpan Lag(IScenarioContext context) => ((Iteration)context).Lag;

    /// <summary>Whether the iteration had to wait because the system kept all copies busy.</summary>
    public static bool WaitedForCopy(IScenarioContext context) => ((Iteration)context).WaitedForCopy;
}
