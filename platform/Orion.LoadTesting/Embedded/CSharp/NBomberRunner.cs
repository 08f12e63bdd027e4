using NBomber.Contracts;
using NBomber.Contracts.Stats;
using Orion.LoadTesting.Embedded.Engine;

namespace NBomber.CSharp;

/// <summary>A test that is ready to run.</summary>
public sealed record NBomberContext
{
    internal NBomberContext(IReadOnlyList<ScenarioProps> scenarios) => Scenarios = scenarios;

    internal IReadOnlyList<ScenarioProps> Scenarios { get; init; }

    internal string TestSuite { get; init; } = "default test suite";

    internal string TestName { get; init; } = "default test";

    internal TimeSpan CompletionTimeout { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>Runs tests.</summary>
public static class NBomberRunner
{
    /// <summary>A test of these scenarios.</summary>
    public static NBomberContext RegisterScenarios(params ScenarioProps[] scenarios) => new(scenarios);

    /// <summary>Runs only the scenarios named.</summary>
    public static NBomberContext WithTargetScenarios(this NBomberContext context, params string[] scenarioNames)
    {
        var unknown = scenarioNames.FirstOrDefault(name => context.Scenarios.All(s => s.ScenarioName != name));
        return unknown is null
            ? context with { Scenarios = [.. context.Scenarios.Where(s => scenarioNames.Contains(s.ScenarioName))] }
            : throw new ArgumentException($"There is no scenario '{unknown}' to target.", nameof(scenarioNames));
    }

    /// <summary>Names the suite.</summary>
    public static NBomberContext WithTestSuite(this NBomberContext context, string testSuite) => context with { TestSuite = testSuite };

    /// <summary>Names the test.</summary>
    public static NBomberContext WithTestName(this NBomberContext context, string testName) => context with { TestName = testName };

    /// <summary>Says that the engine has no report of its own to write. The embedded engine never writes one; the SLO gate does.</summary>
    public static NBomberContext WithoutReports(this NBomberContext context) => context;

    /// <summary>
    /// How long iterations in flight at the end are waited for; then they count as failed. A minute unless said otherwise.
    /// </summary>
    public static NBomberContext WithScenarioCompletionTimeout(this NBomberContext context, TimeSpan timeout) =>
        context with { CompletionTimeout = timeout };

    /// <summary>Runs the test on the calling thread until all is over.</summary>
    /// <exception cref="InvalidOperationException">A scenario is not well defined, or its init function failed.</exception>
    public static NodeStats Run(this NBomberContext context) => new TestRun(context).Run();
}
