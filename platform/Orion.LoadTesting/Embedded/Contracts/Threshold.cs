using System.Linq.Expressions;
using NBomber.Contracts.Stats;

namespace NBomber.Contracts;

/// <summary>A condition on a scenario's or a step's statistics. The verdict goes by the final statistics.</summary>
public sealed class Threshold
{
    private readonly Func<ScenarioStats, bool> _holds;

    private Threshold(string stepName, string expression, Func<ScenarioStats, bool> holds, int? abortWhenErrorCount,
        TimeSpan? startCheckAfter)
    {
        StepName = stepName;
        Expression = expression;
        _holds = holds;
        AbortWhenErrorCount = abortWhenErrorCount;
        StartCheckAfter = startCheckAfter ?? TimeSpan.Zero;
    }

    /// <summary>Empty for a condition on the whole scenario.</summary>
    internal string StepName { get; }

    internal string Expression { get; }

    internal int? AbortWhenErrorCount { get; }

    internal TimeSpan StartCheckAfter { get; }

    /// <summary>A condition on a scenario.</summary>
    /// <param name="checkScenario">Has to be true; an exception in it counts as false.</param>
    /// <param name="abortWhenErrorCount">
    /// Stops the test when so many of the checks made every five seconds failed; null only judges at the end.
    /// </param>
    /// <param name="startCheckAfter">When the checks during the run begin, counted from the end of the warm-up.</param>
    public static Threshold Create(
        Expression<Func<ScenarioStats, bool>> checkScenario,
        int? abortWhenErrorCount = null,
        TimeSpan? startCheckAfter = null)
    {
        ArgumentNullException.ThrowIfNull(checkScenario);
        return new("", checkScenario.ToString(), checkScenario.Compile(), abortWhenErrorCount, startCheckAfter);
    }

    /// <summary>A condition on one step; a step that never ran fails it.</summary>
    /// <param name="stepName">Name of the step.</param>
    /// <param name="checkStep">Has to be true; an exception in it counts as false.</param>
    /// <param name="abortWhenErrorCount">
    /// Stops the test when so many of the checks made every five seconds failed; null only judges at the end.
    /// </param>
    /// <param name="startCheckAfter">When the checks during the run begin, counted from the end of the warm-up.</param>
    public static Threshold Create(
        string stepName,
        Expression<Func<StepStats, bool>> checkStep,
        int? abortWhenErrorCount = null,
        TimeSpan? startCheckAfter = null)
    {
        ArgumentNullException.ThrowIfNull(checkStep);
        var check = checkStep.Compile();
        return new(stepName, checkStep.ToString(), scenario =>
            check(scenario.StepStats.Get(stepName)), abortWhenErrorCount, startCheckAfter);
    }

    internal ThresholdResult Check(ScenarioStats scenario, int failedChecks)
    {
        var error = "";
        var holds = false;
        try
        {
            holds = _holds(scenario);
        }
        catch (Exception e)
        {
            error = e.Message;
        }

        return new()
        {
            ScenarioName = scenario.ScenarioName,
            StepName = StepName,
            CheckExpression = Expression,
            ExceptionMsg = error,
            ErrorCount = failedChecks + (holds ? 0 : 1),
            IsFailed = !holds,
        };
    }
}
