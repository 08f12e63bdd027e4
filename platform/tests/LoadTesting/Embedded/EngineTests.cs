using System.Collections.Concurrent;
using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;
using Orion.LoadTesting.Gate;
using Orion.LoadTesting.Measuring;

namespace Orion.LoadTesting.Tests.Embedded;

public sealed class EngineTests
{
    private static readonly TimeSpan s_tenth = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void Warm_up_runs_and_is_not_recorded()
    {
        var operations = new ConcurrentBag<ScenarioOperation>();
        var stats = Run(Scenario
            .Create("s", context =>
            {
                operations.Add(context.ScenarioInfo.ScenarioOperation);
                return Task.FromResult<IResponse>(Response.Ok());
            })
            .WithWarmUpDuration(s_tenth)
            .WithLoadSimulations(Simulation.IterationsForInject(200, TimeSpan.FromSeconds(1), 10)));

        Assert.Equal(20, operations.Count(o => o == ScenarioOperation.WarmUp));
        Assert.Equal((10, 10), (operations.Count(o => o == ScenarioOperation.Bombing), stats.AllRequestCount));
    }

    [Fact]
    public void A_failed_step_ends_its_iteration_and_both_are_counted()
    {
        var reached = 0;
        var stats = Run(Once("s", async context =>
        {
            await Step.Run("first", context, () => Task.FromResult(Response.Fail(statusCode: "503")));
            Interlocked.Increment(ref reached);
            return Response.Ok();
        }));

        Assert.Equal(0, reached);
        Assert.Equal((0, 1), (stats.AllOkCount, stats.AllFailCount));
        Assert.Equal(1, stats.ScenarioStats[0].StepStats.Get("first").Fail.StatusCodes.Get("503").Count);
    }

    [Fact]
    public void A_scenario_may_go_on_after_a_failed_step()
    {
        var stats = Run(Once("s", async context =>
        {
            await Step.Run("first", context, () => Task.FromResult(Response.Fail()));
            return await Step.Run("second", context, () => Task.FromResult(Response.Ok()));
        }).WithRestartIterationOnFail(false));

        Assert.Equal((1, 0), (stats.AllOkCount, stats.AllFailCount));
        Assert.Equal(["first", "second"], stats.ScenarioStats[0].StepStats.Select(s => s.StepName));
    }

    [Fact]
    public void A_pause_between_two_steps_is_no_latency_of_the_second()
    {
        var pause = TimeSpan.FromMilliseconds(400);
        var stats = Run(Once("s", async context =>
        {
            await Step.Run("first", context, () => Task.FromResult(Response.Ok()));
            using var timer = new PeriodicTimer(pause);
            await timer.WaitForNextTickAsync();
            return await Step.Run("second", context, () => Task.FromResult(Response.Ok()));
        }));

        // A timer may fire a little early, by the engine's finer clock.
        Assert.True(stats.ScenarioStats[0].Ok.Latency.MaxMs > pause.TotalMilliseconds / 2);
        Assert.True(stats.ScenarioStats[0].StepStats.Get("second").Ok.Latency.MaxMs < pause.TotalMilliseconds / 2);
    }

    [Fact]
    public void Exceptions_and_timeouts_are_failures_with_their_own_status()
    {
        var stats = Run(
            Once("s", context => Step.Run<object>("broken", context, () => throw new InvalidOperationException("oops"))
                .ContinueWith<IResponse>(_ => throw new InvalidOperationException("oops"), TaskScheduler.Default)),
            Once("t", _ => throw new OperationCanceledException("too slow")));

        Assert.Equal("oops", stats.ScenarioStats.Get("s").Fail.StatusCodes.Get("-101").Message);
        Assert.Equal(1, stats.ScenarioStats.Get("s").StepStats.Get("broken").Fail.StatusCodes.Get("-101").Count);
        Assert.Equal(1, stats.ScenarioStats.Get("t").Fail.StatusCodes.Get("-100").Count);
    }

    [Fact]
    public void An_iteration_that_never_ends_is_counted_as_failed_when_the_drain_is_over()
    {
        var never = new TaskCompletionSource<IResponse>();
        var stats = NBomberRunner.RegisterScenarios(Once("s", _ => never.Task)).WithScenarioCompletionTimeout(s_tenth).WithoutReports()
            .Run();

        Assert.Equal(1, stats.ScenarioStats[0].Fail.StatusCodes.Get("-100").Count);
    }

    [Fact]
    public void Too_many_failures_stop_the_test_early()
    {
        var stats = Run(Scenario
            .Create("s", _ => Task.FromResult<IResponse>(Response.Fail()))
            .WithoutWarmUp()
            .WithMaxFailCount(5)
            .WithLoadSimulations(Simulation.Inject(100, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))));

        Assert.Equal(OperationType.Stop, stats.ScenarioStats[0].CurrentOperation);

        // What had begun when the fifth failed is counted too, so how many depends on the machine; the whole hour has 360,000.
        Assert.InRange(stats.AllFailCount, 5, 36_000);
    }

    [Fact]
    public void A_closed_load_keeps_as_many_copies_busy_as_it_says()
    {
        var (running, most) = (0, 0);
        var together = new TaskCompletionSource();
        var stats = Run(Scenario
            .Create("s", async _ =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                if (now == 3)
                {
                    together.TrySetResult();
                }

                await together.Task;
                Interlocked.Decrement(ref running);
                return Response.Ok();
            })
            .WithoutWarmUp()
            .WithLoadSimulations(Simulation.IterationsForConstant(3, 50), Simulation.KeepConstant(3, s_tenth),
                Simulation.RampingConstant(1, s_tenth)));

        Assert.Equal(3, most);
        Assert.InRange(stats.AllOkCount, 50, int.MaxValue);
    }

    [Fact]
    public void A_copy_keeps_its_data_and_an_iteration_starts_with_none()
    {
        var stats = Run(Scenario
            .Create("s", context =>
            {
                var mine = context.ScenarioInstanceData;
                mine["count"] = (long)mine.GetValueOrDefault("count", 0L) + 1;
                var asExpected = context.Data.Count == 0 && (long)mine["count"] == context.InvocationNumber;
                context.Data["left"] = true;
                return Task.FromResult<IResponse>(asExpected ? Response.Ok() : Response.Fail());
            })
            .WithoutWarmUp()
            .WithLoadSimulations(Simulation.IterationsForConstant(2, 40)));

        Assert.Equal((40, 0), (stats.AllOkCount, stats.AllFailCount));
    }

    [Fact]
    public async Task A_starved_generator_makes_the_run_invalid()
    {
        using var release = new ManualResetEventSlim();
        var measurement = new Measurement(Examples.Timeout, Examples.All);

        // The pool has more blocked work queued than it adds threads for.
        for (var i = 0; i < 500; i++)
        {
            ThreadPool.QueueUserWorkItem(_ => release.Wait());
        }

        var scenario = Scenario
            .Create("starved", async context =>
            {
                measurement.IterationStarted(context);
                return await measurement.CallAsync("call", context, () => Task.FromResult(Response.Ok()));
            })
            .WithoutWarmUp()
            .WithLoadSimulations(Simulation.Inject(400, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)), Simulation.Pause(s_tenth));
        var opener = new Thread(() => release.WaitHandle.WaitOne(TimeSpan.FromSeconds(1.2)));
        opener.Start();
        var run = Task.Factory.StartNew(
            () => Run(scenario), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        opener.Join();
        release.Set();
        await run;

        var result = SloGate.Judge(measurement.ToRun(Examples.Planned("starved", 400)), Examples.All, []);
        Assert.Equal(Outcome.Invalid, result.Verdicts.Single(v => v.Name == Examples.P99.Name).Outcome);
        Assert.Equal(ExitCodes.Invalid, result.ExitCode);
    }

    [Fact]
    public void A_test_that_is_not_well_defined_is_refused_by_name()
    {
        var twice = Assert.Throws<InvalidOperationException>(() => Run(Once("s", Never), Once("s", Never)));
        var noInit = Assert.Throws<InvalidOperationException>(() =>
            Run(Once("s", Never).WithInit(_ => throw new InvalidOperationException("no database"))));
        var unknown = Assert.Throws<ArgumentException>(() =>
            NBomberRunner.RegisterScenarios(Once("s", Never)).WithTargetScenarios("x"));

        Assert.Contains("'s'", twice.Message, StringComparison.Ordinal);
        Assert.Contains("'s'", noInit.Message, StringComparison.Ordinal);
        Assert.Contains("'x'", unknown.Message, StringComparison.Ordinal);

        static Task<IResponse> Never(IScenarioContext context) => throw new InvalidOperationException("must not run");
    }

    [Fact]
    public void Init_and_clean_run_once_around_the_load()
    {
        var events = new ConcurrentQueue<string>();
        Run(Once("s", _ =>
            {
                events.Enqueue("run");
                return Task.FromResult<IResponse>(Response.Ok());
            })
            .WithInit(_ => Note("init"))
            .WithClean(_ => Note("clean")));

        Assert.Equal(["init", "run", "clean"], events);

        Task Note(string what)
        {
            events.Enqueue(what);
            return Task.CompletedTask;
        }
    }

    private static ScenarioProps Once(string name, Func<IScenarioContext, Task<IResponse>> run) =>
        Scenario.Create(name, run).WithoutWarmUp().WithLoadSimulations(Simulation.IterationsForInject(100, TimeSpan.FromSeconds(1), 1));

    private static NodeStats Run(params ScenarioProps[] scenarios) => NBomberRunner.RegisterScenarios(scenarios).WithoutReports().Run();

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
