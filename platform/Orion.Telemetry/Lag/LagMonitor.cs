using System.Diagnostics;
using System.Runtime;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;
using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Lag;

/// <summary>
/// Measures how long work waits for a pool thread. A thread of its own (a timer would need the pool) sleeps one interval, notes how late it
/// woke itself (the control: the machine, not the pool), queues a probe and takes the time until it runs.
/// </summary>
internal sealed class LagMonitor : IDisposable
{
    private static readonly TimeSpan s_soonestSuspicion = TimeSpan.FromMilliseconds(60);

    /// <summary>
    /// While the pool has nothing to do the thread sleeps so much longer, as waking up is most of what the monitor costs; a wait that
    /// follows is suspected so much sooner. From onset to suspicion it is at most <see cref="LagOptions.Interval"/> and
    /// <see cref="_mayBeStall"/> either way.
    /// </summary>
    private static readonly TimeSpan s_linger = TimeSpan.FromMilliseconds(20);

    /// <summary>How long into a stall its spans are looked at, every 20 ms.</summary>
    private static readonly TimeSpan s_longestWatch = TimeSpan.FromSeconds(5);

    private const int QuietInterval = 25;

    /// <summary>
    /// A pool that had nothing to do for so many looks is left alone until a request or job comes to one of its threads, which is told at
    /// once, and looked at every so often all the same: work that belongs to neither is noticed that much later.
    /// </summary>
    private const int DozeAfter = 12;
    private static readonly TimeSpan s_doze = TimeSpan.FromMilliseconds(500);

    private readonly LagOptions _options;

    // A wait from which its circumstances are noted, as it may become a stall: 60 ms where stalls are reported from 250 ms.
    private readonly TimeSpan _mayBeStall;
    private readonly StallReporter _reporter;
    private readonly LagHistogram _histogram = new();
    private readonly ManualResetEventSlim _stop = new(initialState: false, spinCount: 0);
    private readonly Thread _thread;
    private volatile LagFigures _figures = new(0, 0, 0, 0);
    private volatile LagFigures _running = new(0, 0, 0, 0);

    // Bounded by what the pool's threads carry in one stall; cleared before each probe.
    private readonly Dictionary<CanonicalLineContext, string> _openSpans = [];
    private int _disposed;
    private (long Threads, int Looks) _busy;
    private readonly AutoResetEvent _woken = new(false);
    private int _skipped;
    private int _idleLooks;
    private TimeSpan _suspectAfter;
    private bool _suspected;
    private StallWindow? _open;

    public LagMonitor(IOptions<LagOptions> options, StallReporter reporter)
    {
        _options = options.Value;
        var share = _options.StallThreshold * 0.24;
        _suspectAfter = _mayBeStall = share > s_soonestSuspicion ? share : s_soonestSuspicion;
        _reporter = reporter;
        _thread = new Thread(Run) { IsBackground = true, Name = "orion lag probe", Priority = ThreadPriority.AboveNormal };
    }

    /// <summary>The last full window's figures; before there is one, the running window's.</summary>
    public LagFigures Figures => _figures.Samples > 0 ? _figures : _running;

    public void Start() => _thread.Start();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _stop.Set();
        _woken.Set();
        if (!_thread.IsAlive || _thread.Join(TimeSpan.FromSeconds(2)))
        {
            _stop.Dispose();
            _woken.Dispose();
        }
    }

    private void Run()
    {
        using var probe = new PoolProbe();
        var startedAt = Stopwatch.GetTimestamp();
        var windowStart = startedAt;
        var quiet = false;
        var before = Reading.Now(Environment.CpuUsage.TotalTime);
        while (true)
        {
            var dozes = quiet && _idleLooks >= DozeAfter;
            var sleep = dozes ? s_doze : quiet ? _options.Interval + s_linger : _options.Interval;
            var asleep = Stopwatch.GetTimestamp();

            // Processor time is a system call that adds up all threads, so it is left out between two quiet looks that follow soon. A
            // stall's may hold up to a second of a quiet pool's then, and a short suspension be called the host's: the weaker claim, and
            // true as well.
            before = Reading.Now(quiet && !dozes ? before.Cpu : Environment.CpuUsage.TotalTime);

            // A plain sleep costs half of what a wait that can be interrupted does; stopping can wait for one interval.
            if (!dozes)
            {
                Thread.Sleep(sleep);
            }
            else if (Occupancy.WaitForWork(_woken, sleep))
            {
                (quiet, asleep) = (false, Stopwatch.GetTimestamp() - Ticks(sleep));
            }

            if (_stop.IsSet)
            {
                return;
            }

            var due = asleep + Ticks(sleep);
            var late = Stopwatch.GetElapsedTime(due);
            _suspectAfter = quiet ? _mayBeStall - s_linger : _mayBeStall;
            quiet = late < _mayBeStall && _open is null && IsQuiet();
            if (quiet)
            {
                continue;
            }

            _suspected = false;
            _openSpans.Clear();
            if (probe.Measure(_stop, Waiting) is not { } lag)
            {
                return;
            }

            Count(lag, ref windowStart);
            if (Stopwatch.GetElapsedTime(startedAt) >= _options.Grace && !Debugger.IsAttached)
            {
                Judge(lag, late, before, probe, due);
            }
        }
    }

    /// <summary>
    /// With no pool thread at work and nothing queued there is nobody to wait for: most probes are left out, since each would wake a
    /// thread, and a thread that finds no further work spins.
    /// </summary>
    private bool IsQuiet()
    {
        var isIdle = BusyThreads() == 0 && ThreadPool.PendingWorkItemCount == 0;
        _idleLooks = isIdle ? _idleLooks + 1 : 0;
        if (!isIdle || ++_skipped >= QuietInterval)
        {
            _skipped = 0;
            return false;
        }

        return true;
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    internal static int BusyThreads()
    {
        ThreadPool.GetMaxThreads(out var most, out _);
        ThreadPool.GetAvailableThreads(out var free, out _);
        return most - free;
    }

    private void Count(TimeSpan lag, ref long windowStart)
    {
        _histogram.Add(lag.TotalMilliseconds);
        if (Stopwatch.GetElapsedTime(windowStart) >= _options.Window)
        {
            _figures = _histogram.Take();
            windowStart = Stopwatch.GetTimestamp();
        }
        else if (_figures.Samples == 0)
        {
            var (p50, p99, max, samples) = _running;
            _running = new LagFigures(p50, Math.Max(p99, lag.TotalMilliseconds), Math.Max(max, lag.TotalMilliseconds), samples + 1);
        }
        else
        {
            return;
        }

        _reporter.Measured(Figures);
    }

    /// <summary>Called every 20 ms while a probe waits: the pool's state is noted while it lasts.</summary>
    private void Waiting(TimeSpan soFar)
    {
        if (!_suspected && soFar >= _suspectAfter)
        {
            _suspected = true;
            _busy = default;
            _reporter.Suspect();
        }

        if (_suspected && soFar < s_longestWatch)
        {
            _busy = (_busy.Threads + BusyThreads(), _busy.Looks + 1);
            foreach (var slot in Occupancy.PoolSlots)
            {
                if (slot.Current is not { } scope)
                {
                    continue;
                }

                // Not a blame: a fact about a request that will be over when the stall is judged.
                scope.Add("lag.in_stall_ms", (long)soFar.TotalMilliseconds);
                scope.Keep = true;
                if (scope.InnermostOpen is { } span)
                {
                    _openSpans[scope] = span;
                }
            }
        }
    }

    /// <summary>
    /// Late probes one after the other are one stall; it is reported when a probe is in time again, so that late GC figures are in it.
    /// </summary>
    private void Judge(TimeSpan lag, TimeSpan late, Reading before, PoolProbe probe, long due)
    {
        if (lag >= _mayBeStall || late >= _mayBeStall)
        {
            var start = late >= _mayBeStall ? due : probe.QueuedAt;
            var now = Reading.Now(Environment.CpuUsage.TotalTime);

            // Threads beyond the pool's own goal are parked: only those at work could have taken the probe.
            var busy = lag >= _mayBeStall && _busy.Threads > 0;
            var window = new StallWindow
            {
                Start = start,
                End = probe.RanAt,
                ControlLate = probe.ControlLate + (late >= _mayBeStall ? late : TimeSpan.Zero),
                GcPause = now.GcPause - before.GcPause,
                Jit = now.Jit - before.Jit,
                Cpu = now.Cpu - before.Cpu,
                PoolThreads = busy ? Math.Max(1, (double)_busy.Threads / _busy.Looks) : Math.Max(1, ThreadPool.ThreadCount),
                IdleThreads = busy ? 0 : Math.Max(1, ThreadPool.ThreadCount),
                Occupied = [.. Occupancy.PoolSlots.SelectMany(s => s.Between(start, probe.RanAt))],
                OpenSpans = new Dictionary<CanonicalLineContext, string>(_openSpans),
            };
            _open = _open is null ? window : _open.Then(window);
            return;
        }

        if (_open is { } stall)
        {
            _open = null;
            if (stall.Length >= _options.StallThreshold)
            {
                _reporter.Report(stall);
            }
        }
    }

    /// <summary>Totals of the process since its start.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Reading(TimeSpan GcPause, TimeSpan Jit, TimeSpan Cpu)
    {
        public static Reading Now(TimeSpan cpu) => new(GC.GetTotalPauseDuration(), JitInfo.GetCompilationTime(), cpu);
    }
}
