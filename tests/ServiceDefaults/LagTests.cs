using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrionPlatform.ServiceDefaults.Tests;

public sealed class LagTests
{
    [Fact]
    public void Percentiles_are_within_nine_percent_of_the_truth()
    {
        var histogram = new LagHistogram();
        foreach (var ms in Enumerable.Range(1, 1000))
        {
            histogram.Add(ms / 10.0);
        }

        var figures = histogram.Take();

        Assert.InRange(figures.P50Ms, 50 * 0.91, 50 * 1.09);
        Assert.InRange(figures.P99Ms, 99 * 0.91, 100);
        Assert.Equal((100.0, 1000), (figures.MaxMs, figures.Samples));
        Assert.Equal(new LagFigures(0, 0, 0, 0), histogram.Take());
    }

    [Theory]
    [InlineData(400, 0, 0, StallCause.Pool)]
    [InlineData(400, 0, 250, StallCause.Gc)]
    [InlineData(400, 300, 0, StallCause.Host)]
    [InlineData(400, 100, 100, StallCause.Pool)]
    public void Gc_and_host_are_subtracted_before_anyone_is_accused(int lag, int late, int gc, object cause) =>
        Assert.Equal((StallCause)cause, Stall.Judge(TimeSpan.FromMilliseconds(lag), TimeSpan.FromMilliseconds(late), TimeSpan.FromMilliseconds(gc)).Cause);

    [Fact]
    public async Task A_starved_pool_is_seen_warned_about_and_in_the_heartbeat()
    {
        await using var app = await TestApp.StartAsync(settings: [("Orion:Lag:StallThreshold", "00:00:00.050"), ("Orion:Lag:Window", "00:00:01")]);

        // A busy machine may explain one stall away; it cannot explain all of them.
        await Eventually.TrueAsync(
            () =>
            {
                Starve(TimeSpan.FromMilliseconds(500));
                return app.Logs.Any(l => l.Level == LogLevel.Warning && l.Message.StartsWith("Thread pool stalled", StringComparison.Ordinal));
            },
            "the warning");
        var beats = app.Services.GetRequiredService<HeartbeatSource>();
        await Eventually.TrueAsync(() => beats.Make().LagMaxMs >= 50, "the lag in the heartbeat");
    }

    [Fact]
    public async Task A_heartbeat_has_the_figures_of_this_process()
    {
        await using var app = await TestApp.StartAsync(settings: ("OTEL_SERVICE_NAME", "node-agent"));

        var beat = app.Services.GetRequiredService<HeartbeatSource>().Make();

        Assert.Equal(("node-agent", "node-agent", Environment.ProcessId, TimeSpan.FromSeconds(15)), (beat.Worker, beat.Service, beat.Pid, beat.Interval));
        Assert.True(beat is { PoolThreads: > 0, MemoryAllocMb: > 0, MemoryCommittedMb: > 0 });
        Assert.InRange(beat.StartedAt, DateTimeOffset.UtcNow.AddHours(-1), beat.Time);
    }

    /// <summary>Takes every pool thread for a while, from a thread outside the pool.</summary>
    private static void Starve(TimeSpan length)
    {
        using var release = new ManualResetEventSlim();
        using var left = new CountdownEvent(ThreadPool.ThreadCount + 32);
        var starver = new Thread(() =>
        {
            for (var i = 0; i < left.InitialCount; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(
                    _ =>
                    {
                        release.Wait();
                        left.Signal();
                    },
                    null);
            }

            Thread.Sleep(length);
            release.Set();
            left.Wait();
        });
        starver.Start();
        starver.Join();
    }
}
