using System.Diagnostics;
using NBomber.Contracts;

namespace Orion.LoadTesting.Embedded.Engine;

/// <summary>
/// Starts the iterations of one phase from its own thread, which waits for nothing but the clock and a free copy: a pool that is busy with
/// answers cannot delay the plan unseen.
/// </summary>
internal sealed class LoadGenerator(ScenarioRun scenario, LoadPhase phase)
{
    private readonly Random _random = new(phase.Operation.GetHashCode());
    private TimeSpan _offset;
    private double _rate;
    private int _copies;

    // Until then the thread waited for a copy, and so did every arrival that was due by then.
    private long _blockedUntil;

    /// <summary>Returns when the last iteration has been started.</summary>
    public void Run(IEnumerable<LoadSimulation> loads)
    {
        foreach (var load in loads.TakeWhile(_ => !scenario.Stopped.IsCancellationRequested))
        {
            switch (load)
            {
                case OpenLoad l:
                    RunOpen(l);
                    break;
                case IterationsForConstantLoad l:
                    RunIterations(l);
                    break;
                case KeepConstantLoad l:
                    RunClosed(l.Copies, l.Copies, l.During);
                    break;
                case RampingConstantLoad l:
                    RunClosed(_copies, l.Copies, l.During);
                    break;
            }

            _rate = Arrivals.RateAfter(load);
        }
    }

    private void RunOpen(OpenLoad load)
    {
        foreach (var at in Arrivals.Of(load, _rate, _random))
        {
            var intended = At(_offset + at);
            if (!SleepUntil(intended) || !Start(intended))
            {
                return;
            }
        }

        _offset += Arrivals.Length(load);
        _copies = 0;
        SleepUntil(At(_offset));
    }

    private bool Start(long intended)
    {
        var mustWait = scenario.AllBusy;
        if (scenario.Take() is not { } copy)
        {
            return false;
        }

        // The wait for a copy is the system's slowness, not the generator's: it is in the latency and not in the lag.
        _blockedUntil = mustWait ? Stopwatch.GetTimestamp() : _blockedUntil;
        var iteration = scenario.Begin(copy, phase, intended, Math.Max(intended, _blockedUntil));
        _ = Task.Run(async () =>
        {
            await scenario.RunAsync(iteration);
            scenario.Return(copy);
        });
        return true;
    }

    // With a ramp, a copy past the smaller number joins, or leaves, when the line from the one number to the other passes it.
    private void RunClosed(int before, int after, TimeSpan length)
    {
        var (start, end) = (At(_offset), At(_offset + length));
        for (var i = 0; i < Math.Max(before, after); i++)
        {
            var passes = after > before
                ? At(_offset + (length * ((double)(i - before) / (after - before))))
                : At(_offset + (length * ((double)(before - i) / Math.Max(1, before - after))));
            _ = i < Math.Min(before, after) ? LoopAsync(start, end)
                : after > before ? LoopAsync(passes, end)
                : LoopAsync(start, passes);
        }

        _copies = after;
        _offset += length;
        SleepUntil(end);
    }

    private async Task LoopAsync(long from, long until)
    {
        await Task.Yield();
        if (!await DelayUntilAsync(from) || scenario.Take() is not { } copy)
        {
            return;
        }

        while (Stopwatch.GetTimestamp() < until && !scenario.Stopped.IsCancellationRequested)
        {
            await IterateAsync(copy);
        }

        scenario.Return(copy);
    }

    private void RunIterations(IterationsForConstantLoad load)
    {
        var left = load.Iterations;
        var copies = Enumerable.Range(0, load.Copies).Select(_ => Task.Run(async () =>
        {
            if (scenario.Take() is { } copy)
            {
                while (Interlocked.Decrement(ref left) >= 0 && !scenario.Stopped.IsCancellationRequested)
                {
                    await IterateAsync(copy);
                }

                scenario.Return(copy);
            }
        }));
        Task.WaitAll(copies);
        _offset = Stopwatch.GetElapsedTime(phase.Start);
    }

    private Task IterateAsync(ScenarioCopy copy)
    {
        var now = Stopwatch.GetTimestamp();
        return scenario.RunAsync(scenario.Begin(copy, phase, now, now));
    }

    private long At(TimeSpan offset) => phase.Start + (long)(offset.TotalSeconds * Stopwatch.Frequency);

    /// <summary>
    /// Never returns before the time; the clock's grain makes it up to about a millisecond late, which the lag shows. False when stopped.
    /// </summary>
    private bool SleepUntil(long time)
    {
        while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), time) is var left && left > TimeSpan.Zero)
        {
            if (scenario.Stopped.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(left.TotalMilliseconds), 1, 60_000))))
            {
                return false;
            }
        }

        return !scenario.Stopped.IsCancellationRequested;
    }

    private async Task<bool> DelayUntilAsync(long time)
    {
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), time);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, scenario.Stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return !scenario.Stopped.IsCancellationRequested;
    }
}
