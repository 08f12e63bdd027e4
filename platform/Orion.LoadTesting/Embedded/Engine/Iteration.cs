using System.Diagnostics;
using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;

namespace Orion.LoadTesting.Embedded.Engine;

/// <summary>One iteration of one copy: the context its code is given, and the clock it is measured by.</summary>
/// <param name="scenario">The scenario it belongs to.</param>
/// <param name="copy">The copy that runs it.</param>
/// <param name="phase">Warm-up or load, and when it began.</param>
/// <param name="intended">When the plan wanted it to start; the time of creation for a closed load, which has no plan.</param>
/// <param name="possible">
/// When it could start at the earliest: <paramref name="intended"/>, or later when it had to wait for a free copy.
/// </param>
internal sealed class Iteration(ScenarioRun scenario, ScenarioCopy copy, LoadPhase phase, long intended, long possible) : IScenarioContext
{
    private long? _laterStep;
    private bool _stepped;
    private int _recorded;

    /// <summary>
    /// What the running step's latency counts from: the first one's start by plan, each later one's own start. What the code does
    /// between two steps (think time, a pause before it looks again) is nobody's latency.
    /// </summary>
    public long StepStart => _laterStep ?? intended;

    /// <summary>How late the generator itself was.</summary>
    public TimeSpan Lag { get; private set; }

    /// <summary>Whether all copies were busy at its intended start.</summary>
    public bool WaitedForCopy => possible > intended;

    public TestInfo TestInfo => scenario.Test.TestInfo;

    public NodeInfo NodeInfo => scenario.Test.NodeInfo;

    public ScenarioInfo ScenarioInfo { get; } = scenario.Info(copy.Number, phase.Operation);

    public long InvocationNumber { get; } = ++copy.Invocations;

    public Dictionary<string, object> Data { get; } = [];

    public Dictionary<string, object> ScenarioInstanceData => copy.Data;

    public CancellationToken ScenarioCancellationToken => scenario.Stopped;

    public Random Random => copy.Random;

    public void StopScenario(string scenarioName, string reason) => scenario.Test.Stop(scenarioName, reason);

    public void StopCurrentTest(string reason) => scenario.Test.StopAll(reason);

    public TimeSpan GetScenarioTimerTime() => Stopwatch.GetElapsedTime(phase.Start);

    public async Task RunAsync(Func<IScenarioContext, Task<IResponse>> run)
    {
        Lag = Stopwatch.GetElapsedTime(possible);
        IResponse response;
        try
        {
            response = await run(this);
        }
        catch (StepFailedException e)
        {
            response = e.Response;
        }
        catch (Exception e)
        {
            response = Failure<object>(e);
        }

        Record(response);
    }

    /// <summary>Counts it as failed although it still runs; what it ends with is ignored.</summary>
    public void GiveUp() => Record(Failure<object>(new TimeoutException("still running when the test had ended")));

    public async Task<Response<T>> RunStepAsync<T>(string name, Func<Task<Response<T>>> run)
    {
        if (_stepped)
        {
            _laterStep = Stopwatch.GetTimestamp();
        }

        _stepped = true;
        Response<T> response;
        try
        {
            response = await run();
        }
        catch (Exception e)
        {
            response = Failure<T>(e);
        }

        if (ScenarioInfo.ScenarioOperation == ScenarioOperation.Bombing && Volatile.Read(ref _recorded) == 0)
        {
            scenario.Measures.Record(name, response, Stopwatch.GetElapsedTime(StepStart));
        }

        return response.IsError && scenario.Props.RestartIterationOnFail ? throw new StepFailedException(response) : response;
    }

    private static Response<T> Failure<T>(Exception e) => e is OperationCanceledException or TimeoutException
        ? Response.Fail<T>(statusCode: "-100", message: e.Message)
        : Response.Fail<T>(statusCode: "-101", message: e.Message);

    private void Record(IResponse response)
    {
        if (Interlocked.Exchange(ref _recorded, 1) == 0 && ScenarioInfo.ScenarioOperation == ScenarioOperation.Bombing)
        {
            scenario.Measures.Record(ScenarioMeasures.WholeIteration, response, Stopwatch.GetElapsedTime(intended));
            scenario.CheckFailCount();
        }
    }
}

/// <summary>Ends an iteration whose step failed.</summary>
internal sealed class StepFailedException(IResponse response) : Exception(response.Message)
{
    public IResponse Response => response;
}

/// <summary>A copy of a scenario: it runs one iteration at a time.</summary>
internal sealed class ScenarioCopy(int number, int seed)
{
    public int Number => number;

    public long Invocations { get; set; }

    public Dictionary<string, object> Data { get; } = [];

    public Random Random { get; } = new(seed);
}

/// <summary>A stretch of a scenario: warm-up or load.</summary>
/// <param name="Operation">Which.</param>
/// <param name="Start">Its first intended start, as a <see cref="Stopwatch"/> timestamp.</param>
internal sealed record LoadPhase(ScenarioOperation Operation, long Start);
