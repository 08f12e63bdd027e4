using System.Diagnostics;

namespace Orion.Telemetry.Lag;

/// <summary>Queues one work item and waits, on the caller's thread, until the pool runs it.</summary>
internal sealed class PoolProbe : IThreadPoolWorkItem, IDisposable
{
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(20);

    private readonly AutoResetEvent _ran = new(false);
    private long _queuedAt;
    private long _ranAt;

    /// <summary>Timestamp of the latest probe's queueing.</summary>
    public long QueuedAt => _queuedAt;

    /// <summary>Timestamp at which it ran.</summary>
    public long RanAt => Interlocked.Read(ref _ranAt);

    /// <summary>
    /// How much too late the waiting thread woke up while it waited: it needs no pool, so that is the machine or the collector.
    /// </summary>
    public TimeSpan ControlLate { get; private set; }

    /// <summary>
    /// How long the item waited; null when told to stop meanwhile. Calls <paramref name="waiting"/> every 20 ms until then.
    /// </summary>
    public TimeSpan? Measure(ManualResetEventSlim stop, Action<TimeSpan> waiting)
    {
        ControlLate = TimeSpan.Zero;
        _queuedAt = Stopwatch.GetTimestamp();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        while (true)
        {
            var from = Stopwatch.GetTimestamp();
            var ran = _ran.WaitOne(s_slice);
            var late = Stopwatch.GetElapsedTime(from) - s_slice;
            if (late > TimeSpan.Zero)
            {
                ControlLate += late;
            }

            if (ran)
            {
                return Stopwatch.GetElapsedTime(_queuedAt, RanAt);
            }

            if (stop.IsSet)
            {
                return null;
            }

            waiting(Stopwatch.GetElapsedTime(_queuedAt));
        }
    }

    public void Dispose() => _ran.Dispose();

    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Exchange(ref _ranAt, Stopwatch.GetTimestamp());
        try
        {
            _ran.Set();
        }
        catch (ObjectDisposedException)
        {
            // The monitor stopped while the item was still waiting for a thread.
        }
    }
}
