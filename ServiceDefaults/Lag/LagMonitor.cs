using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OrionPlatform.ServiceDefaults;

/// <summary>
/// Measures how long work waits for a pool thread. A thread of its own (a timer would need the pool) sleeps one interval, notes how late it woke
/// itself (the control: the machine, not the pool), queues a probe and takes the time until it runs.
/// </summary>
internal sealed class LagMonitor : IDisposable
{
    private readonly ILogger<LagMonitor> _logger;
    private readonly LagOptions _options;
    private readonly LagHistogram _histogram = new();
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private volatile LagFigures _figures = new(0, 0, 0, 0);
    private int _disposed;
    private volatile LagFigures _running = new(0, 0, 0, 0);

    public LagMonitor(IOptions<LagOptions> options, ILogger<LagMonitor> logger)
    {
        _options = options.Value;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "orion lag probe", Priority = ThreadPriority.AboveNormal };
    }

    /// <summary>Called on the probe's thread when a stall has ended.</summary>
    public Action<Stall>? Stalled { get; set; }

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
        if (!_thread.IsAlive || _thread.Join(TimeSpan.FromSeconds(1)))
        {
            _stop.Dispose();
        }
    }

    private void Run()
    {
        using var probe = new PoolProbe();
        var windowStart = Stopwatch.GetTimestamp();
        while (true)
        {
            var gcBefore = GC.GetTotalPauseDuration();
            var before = Stopwatch.GetTimestamp();
            if (_stop.Wait(_options.Interval))
            {
                return;
            }

            var late = Stopwatch.GetElapsedTime(before) - _options.Interval;
            if (probe.Measure(_stop) is not { } lag)
            {
                return;
            }

            _histogram.Add(lag.TotalMilliseconds);
            if (Stopwatch.GetElapsedTime(windowStart) >= _options.Window)
            {
                _figures = _histogram.Take();
                windowStart = Stopwatch.GetTimestamp();
            }
            else if (_figures.Samples == 0)
            {
                var running = _running;
                _running = new LagFigures(running.P50Ms, Math.Max(running.P99Ms, lag.TotalMilliseconds), Math.Max(running.MaxMs, lag.TotalMilliseconds), running.Samples + 1);
            }

            if (lag >= _options.StallThreshold && !Debugger.IsAttached)
            {
                Report(Stall.Judge(lag, late, GC.GetTotalPauseDuration() - gcBefore));
            }
        }
    }

    private void Report(Stall stall)
    {
        try
        {
            Stalled?.Invoke(stall);
            if (stall.Cause == StallCause.Pool)
            {
                _logger.LogWarning(
                    "Thread pool stalled ~{StallMs} ms: work waited that long for a thread ({PoolThreads} threads, {PoolQueue} items waiting)",
                    (long)stall.Length.TotalMilliseconds, ThreadPool.ThreadCount, ThreadPool.PendingWorkItemCount);
            }
        }
        catch (Exception)
        {
            // The probe outlives whoever listens to it.
        }
    }
}
