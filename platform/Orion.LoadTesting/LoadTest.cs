using System.CommandLine;
using Orion.LoadTesting.Options;
using Orion.LoadTesting.Running;

namespace Orion.LoadTesting;

/// <summary>
/// A program that loads a system and judges it: its profiles, its objectives, and where the system is. <c>Program.cs</c> makes one and
/// returns what <see cref="RunAsync(string[])"/> returns.
/// </summary>
/// <example>
/// <code>
/// return await new LoadTest
/// {
///     Description = "Holds the shop to its SLOs under load.",
///     Target = new LoadTarget("shop"),
///     Objectives = [new LatencyObjective("p95_300ms", 95, TimeSpan.FromMilliseconds(300)), new ErrorBudget("errors_0_1pct", 0.001)],
///     Profiles = [new GateProfile("gate") { Rate = 60, Scenarios = (run, stop) => Task.FromResult(Orders.Scenarios(run)) }],
/// }.RunAsync(args);
/// </code>
/// </example>
public sealed class LoadTest
{
    /// <summary>What the program is for: the first sentence of <c>--help</c>.</summary>
    public required string Description { get; init; }

    /// <summary>What is loaded.</summary>
    public required LoadTarget Target { get; init; }

    /// <summary>The choices of <c>--profile</c>, at least one; the first is taken unless another is named.</summary>
    public required IReadOnlyList<LoadProfile> Profiles { get; init; }

    /// <summary>What every <see cref="GateProfile"/> is judged by, over all calls of its scenarios together.</summary>
    public IReadOnlyList<Objective> Objectives { get; init; } = [];

    /// <summary>Options of the product's own; scenarios read them with <see cref="LoadRun.ValueOf{T}"/>.</summary>
    public IReadOnlyList<Option> Options { get; init; } = [];

    /// <summary>How long a call may take; a failed one counts no less. 5 s unless said otherwise.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Does what the command line asks for, and returns one of <see cref="ExitCodes"/>. Ctrl+C and SIGTERM end a run after the platform
    /// that it started was stopped. Reports, help and errors go to the console.
    /// </summary>
    /// <param name="args">The program's arguments; <c>--help</c> lists them.</param>
    /// <exception cref="InvalidOperationException">
    /// A scenario is not well defined, or its init or clean function failed.
    /// </exception>
    public Task<int> RunAsync(string[] args) => RunAsync(args, Environment.GetEnvironmentVariable, Console.Out, Console.Error);

    internal Task<int> RunAsync(string[] args, Func<string, string?> environment, TextWriter output, TextWriter errors) =>
        new LoadCommand(this, environment, (plan, stop) => plan.Profile is TrafficProfile traffic
            ? TrafficRun.RunAsync(this, traffic, plan, stop)
            : GateRun.RunAsync(this, (GateProfile)plan.Profile, plan, ReportConsole.On(output), stop))
        .RunAsync(args, output, errors);
}
