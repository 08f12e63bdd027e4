using System.Diagnostics;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Queues one work item and waits, on the caller's thread, until the pool runs it.</summary>
internal sealed class PoolProbe : IThreadPoolWorkItem, IDisposable
{
    private readonly AutoResetEvent _ran = new(false);
    private long _ranAt;

    /// <summary>How long the item waited; null when told to stop meanwhile.</summary>
    public TimeSpan? Measure(ManualResetEventSlim stop)
    {
        var queued = Stopwatch.GetTimestamp();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        while (!_ran.WaitOne(TimeSpan.FromMilliseconds(100)))
        {
            if (stop.IsSet)
            {
                return null;
            }
        }

        return Stopwatch.GetElapsedTime(queued, Interlocked.Read(ref _ranAt));
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
