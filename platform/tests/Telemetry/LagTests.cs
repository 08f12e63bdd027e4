using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orion.Sink.Rows;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Heartbeats;
using Orion.Telemetry.Lag;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Tests;

public sealed class LagTests
{
    private static readonly (string, string?)[] s_alert =
        [("Orion:Lag:StallThreshold", "00:00:00.100"), ("Orion:Lag:Window", "00:00:01"), ("Orion:Lag:Grace", "00:00:00")];

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

    [Fact]
    public async Task A_route_that_blocks_every_thread_is_named_and_those_who_wait_are_not()
    {
        var gate = new TaskCompletionSource();
        await using var app = await TestApp.StartAsync(
            a =>
            {
                a.MapPost("/reports", () =>
                {
                    using var span = Spans.Start("api.reports.render");
                    Thread.Sleep(600);
                });
                a.MapGet("/innocent", async () => await gate.Task);
            },
            settings: s_alert);
        var report = app.Services.GetRequiredService<LagReport>();
        var innocents = Enumerable.Range(0, 20).Select(_ => app.Client.GetAsync("/innocent")).ToArray();

        await Eventually.TrueAsync(
            async () =>
            {
                var calls = Enumerable.Range(0, 64).Select(_ => app.Client.PostAsync("/reports", null));
                await Task.WhenAll(calls);
                return report.Recent.Any(s => s.Suspect is { Name: "POST /reports", Span: "api.reports.render" });
            },
            "a stall blamed on the blocking route",
            TimeSpan.FromMinutes(2));
        gate.SetResult();
        await Task.WhenAll(innocents);

        Assert.DoesNotContain(report.Recent, s => s.Suspect is { Name: not "POST /reports" });
        Assert.All(report.Recent, s => Assert.Equal(1, s.Credits.Sum(c => c.Share) + s.Gc + s.Host + s.Unattributed + s.Idle, 0.02));
        Assert.Contains(app.Logs, l => l.Level == LogLevel.Warning
            && l.Message.Contains("likely: POST /reports (api.reports.render)", StringComparison.Ordinal));
        Assert.Contains(app.Traces, t => t.Line.Attributes.Any(a => a.Key == "lag.in_stall_ms"));
        var beats = app.Services.GetRequiredService<HeartbeatSource>();
        await Eventually.TrueAsync(() => beats.Make().LagMaxMs >= 50, "the lag in the heartbeat");
    }

    [Fact]
    public void Gc_host_and_compiler_are_subtracted_before_anyone_is_accused()
    {
        using var hog = new ScopeFixture("POST", "/hog");
        Assert.Equal((StallCause.Pool, "POST /hog"), Verdict(Window(hog, busy: 2)));
        Assert.Equal((StallCause.Gc, null),
            Verdict(Window(hog, busy: 2) with { GcPause = TimeSpan.FromMilliseconds(300), ControlLate = TimeSpan.FromMilliseconds(300) }));
        Assert.Equal((StallCause.Host, null), Verdict(Window(hog, busy: 2) with { ControlLate = TimeSpan.FromMilliseconds(250) }));
        Assert.Equal((StallCause.Suspended, null),
            Verdict(Window(hog, busy: 2) with { ControlLate = TimeSpan.FromMilliseconds(490), Cpu = TimeSpan.Zero }));
        Assert.Equal((StallCause.Jit, null), Verdict(Window(hog, busy: 2) with { Jit = TimeSpan.FromMilliseconds(600) }));
    }

    [Fact]
    public void Nobody_is_named_on_less_than_half_of_the_busy_time()
    {
        using var first = new ScopeFixture("POST", "/a");
        using var second = new ScopeFixture("POST", "/b");
        var half = Window(first, busy: 1) with { Occupied = [.. Window(first, busy: 1).Occupied, .. Window(second, busy: 1).Occupied] };
        var seventy = half with { Occupied = [new(first.Scope, Ticks(700)), new(second.Scope, Ticks(300))] };

        Assert.Equal((StallCause.Pool, null), Verdict(half));
        Assert.Equal((StallCause.Pool, "POST /a"), Verdict(seventy));
        Assert.Equal((StallCause.Pool, null), Verdict(Window(first, busy: 0)));
        Assert.Contains("several", StallJudge.Judge(half, default).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_suspect_is_shown_after_three_stalls_with_those_it_was_only_present_in()
    {
        using var hog = new ScopeFixture("POST", "/hog");
        using var other = new ScopeFixture("GET", "/other");
        var report = new LagReport();
        var window = Window(hog, busy: 2) with { Occupied = [new(hog.Scope, Ticks(900)), new(other.Scope, Ticks(100))] };
        for (var i = 0; i < 3; i++)
        {
            Assert.Empty(report.Suspects);
            report.Add(StallJudge.Judge(window, DateTimeOffset.UnixEpoch.AddSeconds(i)));
        }

        var suspect = Assert.Single(report.Suspects);
        Assert.Equal(("POST /hog", 3, DateTimeOffset.UnixEpoch.AddSeconds(2), 0),
            (suspect.Name, suspect.Stalls, suspect.LastSeen, suspect.PresentNotBlamed));
        for (var i = 0; i < 3; i++)
        {
            report.Add(StallJudge.Judge(window with { Occupied = [new(hog.Scope, Ticks(400)), new(other.Scope, Ticks(450))] }, default));
        }

        Assert.Equal(3, Assert.Single(report.Suspects).PresentNotBlamed);
    }

    [Fact]
    public async Task A_heartbeat_has_the_figures_of_this_process()
    {
        await using var app = await TestApp.StartAsync(settings: ("OTEL_SERVICE_NAME", "node-agent"));

        var beat = app.Services.GetRequiredService<HeartbeatSource>().Make();

        Assert.Equal(("node-agent", "node-agent", Environment.ProcessId, TimeSpan.FromSeconds(15)),
            (beat.Worker, beat.Service, beat.Pid, beat.Interval));
        Assert.True(beat is { PoolThreads: > 0, MemoryAllocMb: > 0, MemoryCommittedMb: > 0 });
        Assert.InRange(beat.StartedAt, DateTimeOffset.UtcNow.AddHours(-1), beat.Time);
    }

    [Fact]
    public void A_pool_that_grew_while_it_was_stalled_is_reckoned_by_the_time_each_thread_was_there()
    {
        using var reports = new ScopeFixture("POST", "/reports");
        var late = Window(reports, busy: 0) with { Start = Ticks(500), End = Ticks(550), PoolThreads = 12, IdleThreads = 11 };
        var stall = StallJudge.Judge(Window(reports, busy: 2).Then(late), default);

        Assert.Equal((TimeSpan.FromMilliseconds(550), "POST /reports"), (stall.Length, stall.Suspect?.Name));
        Assert.Equal(1_000 / 1_600.0, stall.Credits.Sum(c => c.Share), 1e-6);
        Assert.Equal(550 / 1_600.0, stall.Idle, 1e-6);
        Assert.Equal(50 / 1_600.0, stall.Unattributed, 1e-6);
    }

    private static (StallCause Cause, string? Suspect) Verdict(StallWindow window)
    {
        var stall = StallJudge.Judge(window, default);
        Assert.Equal(1, stall.Credits.Sum(c => c.Share) + stall.Gc + stall.Host + stall.Unattributed + stall.Idle, 1e-6);
        return (stall.Cause, stall.Suspect?.Name);
    }

    private static long Ticks(double ms) => (long)(ms / 1000 * Stopwatch.Frequency);

    /// <summary>Half a second with two pool threads, of which so many are taken by the scope.</summary>
    private static StallWindow Window(ScopeFixture fixture, int busy) => new()
    {
        Start = 0,
        End = Ticks(500),
        ControlLate = TimeSpan.Zero,
        GcPause = TimeSpan.Zero,
        Jit = TimeSpan.Zero,
        Cpu = TimeSpan.FromMilliseconds(100),
        PoolThreads = 2,
        IdleThreads = 0,
        OpenSpans = new Dictionary<CanonicalLineContext, string>(),
        Occupied = [.. Enumerable.Range(0, busy).Select(_ => new Occupied(fixture.Scope, Ticks(500)))],
    };

    private sealed class ScopeFixture : IDisposable
    {
        private readonly Activity _root = new("root");

        public ScopeFixture(string method, string route) =>
            Scope = new CanonicalLineContext(_root, CanonicalLine.Request) { Method = method, Route = route };

        public CanonicalLineContext Scope { get; }

        public void Dispose() => _root.Dispose();
    }
}
