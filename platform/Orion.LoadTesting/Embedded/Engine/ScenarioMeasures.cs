using NBomber.Contracts;
using NBomber.Contracts.Stats;

namespace Orion.LoadTesting.Embedded.Engine;

/// <summary>The records of one scenario; thread-safe.</summary>
internal sealed class ScenarioMeasures
{
    /// <summary>The name under which whole iterations are recorded.</summary>
    public const string WholeIteration = "global information";

    private readonly Lock _lock = new();
    private readonly Entry _whole = new(WholeIteration);

    // Bounded by the steps in the scenario's code.
    private readonly List<Entry> _steps = [];

    public int FailCount
    {
        get
        {
            lock (_lock)
            {
                return _whole.Fail.Count;
            }
        }
    }

    public void Record(string name, IResponse response, TimeSpan latency)
    {
        lock (_lock)
        {
            var entry = name == WholeIteration ? _whole : _steps.Find(s => s.Name == name);
            if (entry is null)
            {
                entry = new(name);
                _steps.Add(entry);
            }

            (response.IsError ? entry.Fail : entry.Ok)
                .Record(response, response.CustomLatencyMs > 0 ? TimeSpan.FromMilliseconds(response.CustomLatencyMs) : latency);
        }
    }

    public ScenarioStats ToStats(string name, OperationType operation, TimeSpan duration, int sortIndex)
    {
        lock (_lock)
        {
            var all = _whole.Ok.Count + _whole.Fail.Count;
            return new()
            {
                ScenarioName = name,
                Ok = _whole.Ok.ToStats(isError: false, all, duration),
                Fail = _whole.Fail.ToStats(isError: true, all, duration),
                StepStats = [.. _steps.Select((s, i) => s.ToStats(i, duration))],
                CurrentOperation = operation,
                AllRequestCount = all,
                AllOkCount = _whole.Ok.Count,
                AllFailCount = _whole.Fail.Count,
                AllBytes = _whole.Ok.AllBytes + _whole.Fail.AllBytes + _steps.Sum(s => s.Ok.AllBytes + s.Fail.AllBytes),
                Duration = duration,
                SortIndex = sortIndex,
            };
        }
    }

    private sealed class Entry(string name)
    {
        public string Name => name;

        public ResponseMeasures Ok { get; } = new();

        public ResponseMeasures Fail { get; } = new();

        public StepStats ToStats(int sortIndex, TimeSpan duration) => new()
        {
            StepName = name,
            Ok = Ok.ToStats(isError: false, Ok.Count + Fail.Count, duration),
            Fail = Fail.ToStats(isError: true, Ok.Count + Fail.Count, duration),
            SortIndex = sortIndex,
        };
    }
}
