using System.Diagnostics;
using NBomber.Contracts;

namespace Orion.LoadTesting.Engines;

/// <summary>
/// What the gate asks of the engine beyond NBomber's API. NBomber starts its clock with the call, so waiting before it is not seen.
/// </summary>
internal static class LoadEngine
{
    public const string Name = "nbomber";

    public static bool KnowsIntendedStart => false;

    public static long IntendedStart(IScenarioContext context) => Stopwatch.GetTimestamp();

    public static TimeSpan Lag(IScenarioContext context) => TimeSpan.Zero;

    public static bool WaitedForCopy(IScenarioContext context) => false;
}
