using System.Diagnostics;
using NBomber.Contracts;
using NBomber.Contracts.Stats;

namespace Orion.LoadTesting.Embedded.Engine;

/// <summary>Checks thresholds every five seconds for those that may stop the test, and all of them on the final statistics.</summary>
internal sealed class ThresholdWatch : IDisposable
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private readonly IReadOnlyList<ScenarioRun> _scenarios;
    private readonly Action<string> _stop;

    // One entry a threshold of the scenarios' code.
    private readonly Dictionary<Threshold, int> _failedChecks = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Timer _timer;

    public ThresholdWatch(IReadOnlyList<ScenarioRun> scenarios, Action<string> stop)
    {
        _scenarios = scenarios;
        _stop = stop;
        _timer = new(_ => Check(Stopwatch.GetElapsedTime(_start)), null, s_every, s_every);
    }

    public ThresholdResult[] Verdicts(ScenarioStats[] final)
    {
        lock (_lock)
        {
            return [.. _scenarios.Zip(final)
                .SelectMany(pair => pair.First.Props.Thresholds.Select(t => t.Check(pair.Second, _failedChecks.GetValueOrDefault(t))))];
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Check(TimeSpan elapsed)
    {
        lock (_lock)
        {
            foreach (var scenario in _scenarios.Where(s => !s.StoppedEarly))
            {
                foreach (var threshold in scenario.Props.Thresholds
                    .Where(t => t.AbortWhenErrorCount is not null && t.StartCheckAfter <= elapsed))
                {
                    if (threshold.Check(scenario.ToStats(), 0).IsFailed
                        && (_failedChecks[threshold] = _failedChecks.GetValueOrDefault(threshold) + 1) >= threshold.AbortWhenErrorCount)
                    {
                        _stop($"threshold {threshold.Expression} failed {_failedChecks[threshold]} times");
                    }
                }
            }
        }
    }
}
