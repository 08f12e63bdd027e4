using System.Globalization;
using System.Runtime.InteropServices;
using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;

namespace Orion.LoadTesting.Embedded.Engine;

/// <summary>A test while it runs: init, warm-up, load, drain, clean, statistics.</summary>
internal sealed class TestRun
{
    private readonly NBomberContext _context;
    private readonly IReadOnlyList<ScenarioRun> _scenarios;

    public TestRun(NBomberContext context)
    {
        _context = context;
        _scenarios = [.. context.Scenarios.Select((props, i) => new ScenarioRun(props, this, i))];
        var created = DateTime.UtcNow;
        TestInfo = new()
        {
            SessionId = created.ToString("yyyy-MM-dd_HH.mm.ss_", CultureInfo.InvariantCulture) + Guid.NewGuid().ToString("N")[..8],
            TestSuite = context.TestSuite,
            TestName = context.TestName,
            Created = created,
        };
    }

    public TestInfo TestInfo { get; }

    public NodeInfo NodeInfo { get; } = new()
    {
        MachineName = Environment.MachineName,
        OS = RuntimeInformation.OSDescription,
        DotNetVersion = Environment.Version.ToString(),
        CoresCount = Environment.ProcessorCount,
    };

    public NodeStats Run()
    {
        Validate();
        try
        {
            ForEach(s => s.Props.Init, ScenarioOperation.Init);
            OnOwnThreads(s => s.Props.WarmUpDuration > TimeSpan.Zero, s => s.RunPhase(ScenarioOperation.WarmUp, [WarmUp(s.Props)]));
            using var watch = new ThresholdWatch(_scenarios, StopAll);
            OnOwnThreads(_ => true, s => s.RunPhase(ScenarioOperation.Bombing, s.Props.LoadSimulations));
            OnOwnThreads(_ => true, s => s.Drain(_context.CompletionTimeout));
            ForEach(s => s.Props.Clean, ScenarioOperation.Clean);
            return ToStats(watch);
        }
        finally
        {
            foreach (var scenario in _scenarios)
            {
                scenario.Dispose();
            }
        }
    }

    public void Stop(string scenarioName, string reason)
    {
        foreach (var scenario in _scenarios.Where(s => s.Props.ScenarioName == scenarioName && !s.StoppedEarly))
        {
            Console.Error.WriteLine($"Scenario '{scenarioName}' is stopped: {reason}");
            scenario.Stop();
        }
    }

    public void StopAll(string reason)
    {
        foreach (var scenario in _scenarios)
        {
            Stop(scenario.Props.ScenarioName, reason);
        }
    }

    // The warm-up is the first simulation for the warm-up's length.
    private static LoadSimulation WarmUp(ScenarioProps props)
    {
        var length = props.WarmUpDuration!.Value;
        return props.LoadSimulations[0] switch
        {
            InjectLoad l => l with { During = length },
            RampingInjectLoad l => l with { During = length },
            InjectRandomLoad l => l with { During = length },
            IterationsForInjectLoad l => new InjectLoad(l.Rate, l.Interval, length),
            KeepConstantLoad l => l with { During = length },
            RampingConstantLoad l => l with { During = length },
            IterationsForConstantLoad l => new KeepConstantLoad(l.Copies, length),
            _ => new PauseLoad(length),
        };
    }

    private void Validate()
    {
        var error = _scenarios.Count == 0 ? "A test needs at least one scenario."
            : _scenarios.Any(s => string.IsNullOrWhiteSpace(s.Props.ScenarioName)) ? "A scenario needs a name."
            : _scenarios.GroupBy(s => s.Props.ScenarioName).FirstOrDefault(g => g.Count() > 1) is { } twice
                ? $"Two scenarios are named '{twice.Key}'."
            : null;
        if (error is not null)
        {
            throw new InvalidOperationException(error);
        }
    }

    private void ForEach(Func<ScenarioRun, Func<IScenarioInitContext, Task>?> function, ScenarioOperation operation)
    {
        foreach (var scenario in _scenarios)
        {
            try
            {
                function(scenario)?.Invoke(new InitContext(this, scenario.Info(0, operation))).GetAwaiter().GetResult();
            }
            catch (Exception e)
            {
                var name = operation == ScenarioOperation.Init ? "init" : "clean";
                throw new InvalidOperationException(
                    $"The {name} function of scenario '{scenario.Props.ScenarioName}' failed: {e.Message}", e);
            }
        }
    }

    private void OnOwnThreads(Func<ScenarioRun, bool> which, Action<ScenarioRun> action)
    {
        var threads = _scenarios.Where(which).Select(scenario =>
        {
            var thread = new Thread(() => action(scenario)) { IsBackground = true, Name = "load " + scenario.Props.ScenarioName };
            thread.Start();
            return thread;
        }).ToList();
        threads.ForEach(t => t.Join());
    }

    private NodeStats ToStats(ThresholdWatch watch)
    {
        var stats = _scenarios.Select(s => s.ToStats()).ToArray();
        return new()
        {
            ScenarioStats = stats,
            Thresholds = watch.Verdicts(stats),
            NodeInfo = NodeInfo,
            TestInfo = TestInfo,
            AllRequestCount = stats.Sum(s => s.AllRequestCount),
            AllOkCount = stats.Sum(s => s.AllOkCount),
            AllFailCount = stats.Sum(s => s.AllFailCount),
            AllBytes = stats.Sum(s => s.AllBytes),
            Duration = stats.Max(s => s.Duration),
        };
    }

    private sealed record InitContext(TestRun Run, ScenarioInfo ScenarioInfo) : IScenarioInitContext
    {
        public TestInfo TestInfo => Run.TestInfo;

        public NodeInfo NodeInfo => Run.NodeInfo;
    }
}
