using System.Collections.Concurrent;
using System.Diagnostics;
using NBomber.Contracts;
using NBomber.Contracts.Stats;

namespace Orion.LoadTesting.Embedded.Engine;

/// <summary>One scenario while it runs: its copies, its iterations in flight, its records.</summary>
internal sealed class ScenarioRun : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _free;

    // Both bounded by MaxInFlight: a copy is taken before either grows.
    private readonly ConcurrentStack<ScenarioCopy> _idle = new();
    private readonly ConcurrentDictionary<Iteration, bool> _inFlight = new();
    private readonly int _sortIndex;
    private int _copies;
    private TimeSpan _ran;

    public ScenarioRun(ScenarioProps props, TestRun test, int sortIndex)
    {
        Props = props;
        Test = test;
        _sortIndex = sortIndex;
        _free = new(props.MaxInFlight);
        Stopped = _stop.Token;
    }

    public ScenarioProps Props { get; }

    public TestRun Test { get; }

    public ScenarioMeasures Measures { get; } = new();

    /// <summary>Fires when the scenario is stopped early, and at its end for iterations that do not come to theirs.</summary>
    public CancellationToken Stopped { get; }

    public bool StoppedEarly { get; private set; }

    /// <summary>Whether the next <see cref="Take"/> would have to wait.</summary>
    public bool AllBusy => _free.CurrentCount == 0;

    public TimeSpan Planned => Props.LoadSimulations.Aggregate(TimeSpan.Zero, (sum, s) => sum + Arrivals.Length(s));

    public ScenarioInfo Info(int copy, ScenarioOperation operation) => new()
    {
        InstanceId = $"{Props.ScenarioName}-{copy}",
        InstanceNumber = copy,
        ScenarioName = Props.ScenarioName,
        ScenarioDuration = Planned,
        ScenarioOperation = operation,
    };

    /// <summary>Runs the phase on the calling thread until its last iteration has been started.</summary>
    public void RunPhase(ScenarioOperation operation, IEnumerable<LoadSimulation> loads)
    {
        if (Props.Run is not null)
        {
            var phase = new LoadPhase(operation, Stopwatch.GetTimestamp());
            new LoadGenerator(this, phase).Run(loads);
            _ran = Stopwatch.GetElapsedTime(phase.Start);
        }
    }

    /// <summary>Takes a free copy, waiting while all are busy. Null when the scenario was stopped meanwhile.</summary>
    public ScenarioCopy? Take()
    {
        try
        {
            _free.Wait(Stopped);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        if (_idle.TryPop(out var copy))
        {
            return copy;
        }

        var number = Interlocked.Increment(ref _copies) - 1;
        return new(number, HashCode.Combine(Props.ScenarioName, number));
    }

    public void Return(ScenarioCopy copy)
    {
        _idle.Push(copy);
        _free.Release();
    }

    /// <summary>An iteration that is in flight from now on, also while it waits for a thread.</summary>
    public Iteration Begin(ScenarioCopy copy, LoadPhase phase, long intended, long possible)
    {
        var iteration = new Iteration(this, copy, phase, intended, possible);
        _inFlight[iteration] = true;
        return iteration;
    }

    public async Task RunAsync(Iteration iteration)
    {
        await iteration.RunAsync(Props.Run!);
        _inFlight.TryRemove(iteration, out _);
    }

    /// <summary>Waits for what is in flight; what does not end in time is counted as failed, never left out.</summary>
    public void Drain(TimeSpan timeout)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!_inFlight.IsEmpty && Stopwatch.GetElapsedTime(begun) < timeout)
        {
            Stopped.WaitHandle.WaitOne(5);
            Thread.Yield();
        }

        foreach (var iteration in _inFlight.Keys)
        {
            iteration.GiveUp();
        }

        _stop.Cancel();
    }

    public void Stop()
    {
        StoppedEarly = true;
        _stop.Cancel();
    }

    public void CheckFailCount()
    {
        if (!StoppedEarly && Measures.FailCount >= Props.MaxFailCount)
        {
            Test.StopAll($"scenario '{Props.ScenarioName}' failed {Props.MaxFailCount} times");
        }
    }

    public ScenarioStats ToStats() =>
        Measures.ToStats(Props.ScenarioName, StoppedEarly ? OperationType.Stop : OperationType.Complete, _ran, _sortIndex);

    public void Dispose() => _stop.Dispose();
}
