using System.CommandLine;
using NBomber.Contracts;
using NBomber.CSharp;
using Orion.LoadTesting.Measuring;
using Orion.LoadTesting.Options;

namespace Orion.LoadTesting;

/// <summary>One run, as its scenarios see it: what they load, how much, and where they record. Thread-safe.</summary>
public sealed class LoadRun
{
    private readonly LoadPlan _plan;
    private readonly Measurement _measurement;

    internal LoadRun(LoadPlan plan, HttpClient http, Measurement measurement)
    {
        _plan = plan;
        _measurement = measurement;
        Http = http;
    }

    /// <summary>
    /// Calls the target: relative addresses count from its root, nothing queues inside, a call that takes longer than
    /// <see cref="LoadTest.CallTimeout"/> is cancelled.
    /// </summary>
    public HttpClient Http { get; }

    /// <summary>Calls per second, all scenarios together or as the product defines it.</summary>
    public int Rate => _plan.Amount.Rate;

    /// <summary>Length of the load, without warm-up and drain.</summary>
    public TimeSpan Duration => _plan.Amount.Duration;

    /// <summary>Load before anything is recorded; zero for none.</summary>
    public TimeSpan WarmUp => _plan.Amount.WarmUp;

    /// <summary>The data folder of the application that was started for this run; null when the target was there already.</summary>
    public string? DataFolder { get; internal init; }

    /// <summary>The folder of the solution that the program was built in; null when it runs away from it.</summary>
    public string? SolutionFolder { get; internal init; }

    /// <summary>Sees what each iteration ended with.</summary>
    internal Action<IResponse>? Answered { get; init; }

    /// <summary>What the command line says for an option of the product's own (<see cref="LoadTest.Options"/>).</summary>
    public T? ValueOf<T>(Option<T> option) => _plan.Parsed.GetValue(option);

    /// <summary>
    /// A scenario whose starts are counted and which warms up as the run does; NBomber's <c>With</c> methods refine it.
    /// </summary>
    /// <param name="name">Unique in the run.</param>
    /// <param name="iterate">One iteration; an exception in it is a failed iteration.</param>
    public ScenarioProps Scenario(string name, Func<IScenarioContext, Task<IResponse>> iterate)
    {
        ArgumentNullException.ThrowIfNull(iterate);
        var scenario = NBomber.CSharp.Scenario.Create(name, async context =>
        {
            _measurement.IterationStarted(context);
            var response = await iterate(context);
            Answered?.Invoke(response);
            return response;
        });
        return WarmUp > TimeSpan.Zero ? scenario.WithWarmUpDuration(WarmUp) : scenario.WithoutWarmUp();
    }

    /// <summary>
    /// Runs one call as a step and records it. The first of an iteration counts from the iteration's intended start, a later one from its
    /// own.
    /// </summary>
    /// <param name="name">The kind of call: a row of the reports, and the step's name for thresholds.</param>
    /// <param name="context">The context that the iteration was given.</param>
    /// <param name="call">The call; a response that says it failed, and an exception, are failures.</param>
    /// <typeparam name="T">Type of the value the response may carry.</typeparam>
    public Task<Response<T>> CallAsync<T>(string name, IScenarioContext context, Func<Task<Response<T>>> call) =>
        _measurement.CallAsync(name, context, call);

    /// <summary>
    /// Records how long the system took from a request to its effect; shown in the reports, never judged.
    /// </summary>
    /// <param name="name">The request and its effect.</param>
    /// <param name="context">The context that the iteration was given.</param>
    /// <param name="took">Preferably by the system's own clock; null when the effect did not come in time.</param>
    public void EndToEnd(string name, IScenarioContext context, TimeSpan? took) => _measurement.EndToEnd(name, context, took);
}
