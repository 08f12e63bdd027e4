using System.Diagnostics;
using NBomber.Contracts;
using NBomber.CSharp;
using Orion.LoadTesting.Engines;

namespace Orion.LoadTesting.Measuring;

/// <summary>
/// Records every call the scenarios make, whichever engine runs them, so that the gate judges all outcomes by one measure. Thread-safe.
/// </summary>
/// <param name="timeout">How long a call may take; a failed one counts no less.</param>
/// <param name="objectives">What the run is judged by.</param>
internal sealed class Measurement(TimeSpan timeout, IReadOnlyList<Objective> objectives)
{
    private readonly Lock _lock = new();
    private readonly long[] _limits = [.. objectives.OfType<LatencyObjective>().Select(o => o.LimitMicros)];

    // Bounded by the scenarios, and the kinds of calls and effects in their code.
    private readonly Dictionary<string, CallMeasures> _calls = [];
    private readonly Dictionary<string, StartCounts> _starts = [];
    private readonly Dictionary<string, EffectMeasures> _effects = [];
    private readonly Histogram _lag = new();
    private long _waited;
    private long _unfinished;

    /// <summary>The first line of an iteration: counts it, and how late the generator was.</summary>
    public void IterationStarted(IScenarioContext context)
    {
        if (IsRecorded(context))
        {
            var info = context.ScenarioInfo;
            Started(info.ScenarioName, context.GetScenarioTimerTime() <= info.ScenarioDuration, LoadEngine.Lag(context),
                LoadEngine.WaitedForCopy(context));
        }
    }

    /// <summary>Runs one call as a step and records it.</summary>
    public Task<Response<T>> CallAsync<T>(string name, IScenarioContext context, Func<Task<Response<T>>> call) =>
        Step.Run(name, context, async () =>
    {
        if (!IsRecorded(context))
        {
            return await call();
        }

        var (intended, started, failed) = (LoadEngine.IntendedStart(context), Stopwatch.GetTimestamp(), true);
        Interlocked.Increment(ref _unfinished);
        try
        {
            var response = await call();
            failed = response.IsError;
            return response;
        }
        finally
        {
            Recorded(name, Stopwatch.GetElapsedTime(intended), Stopwatch.GetElapsedTime(started), failed);
            Interlocked.Decrement(ref _unfinished);
        }
    });

    public void Started(string scenario, bool withinPlan, TimeSpan lag, bool waitedForCopy)
    {
        lock (_lock)
        {
            var counts = _starts.GetValueOrDefault(scenario, StartCounts.None);
            _starts[scenario] = new(counts.All + 1, counts.WithinPlan + (withinPlan ? 1 : 0));
            _lag.Record((long)lag.TotalMicroseconds);
            _waited += waitedForCopy ? 1 : 0;
        }
    }

    public void Recorded(string name, TimeSpan latency, TimeSpan service, bool failed)
    {
        lock (_lock)
        {
            if (!_calls.TryGetValue(name, out var calls))
            {
                _calls[name] = calls = new(_limits);
            }

            calls.Record(latency, service, failed, timeout);
        }
    }

    /// <summary>Records how long the system took from a request to its effect; null when the effect did not come in time.</summary>
    public void EndToEnd(string name, IScenarioContext context, TimeSpan? took)
    {
        if (IsRecorded(context))
        {
            lock (_lock)
            {
                if (!_effects.TryGetValue(name, out var effects))
                {
                    _effects[name] = effects = new();
                }

                effects.Record(took);
            }
        }
    }

    /// <summary>Calls so far, and how many of them failed.</summary>
    public (long All, long Failed) Counts()
    {
        lock (_lock)
        {
            return (_calls.Values.Sum(c => c.Latency.Count), _calls.Values.Sum(c => c.Failed));
        }
    }

    /// <param name="planned">How many iterations each scenario was to start, by its name.</param>
    public MeasuredRun ToRun(IReadOnlyDictionary<string, long> planned)
    {
        lock (_lock)
        {
            var all = new CallMeasures(_limits);
            foreach (var calls in _calls.Values)
            {
                all.Add(calls);
            }

            return new()
            {
                Calls = _calls.ToDictionary(c => c.Key, c => c.Value.Copy()),
                All = all,
                Scenarios =
                [
                    .. planned.Select(p => new ScenarioStarts(p.Key, p.Value, _starts.GetValueOrDefault(p.Key, StartCounts.None))),
                ],
                Lag = _lag.Copy(),
                WaitedForCopy = _waited,
                Unfinished = Interlocked.Read(ref _unfinished),
                EndToEnd = _effects.ToDictionary(e => e.Key, e => e.Value.Copy()),
            };
        }
    }

    private static bool IsRecorded(IScenarioContext context) => context.ScenarioInfo.ScenarioOperation == ScenarioOperation.Bombing;
}
