namespace Orion.Sink.Rows;

/// <summary>One sign of life of a process, with its runtime figures (seed 002's <c>worker_heartbeats</c>).</summary>
public sealed record Heartbeat
{
    /// <summary>Unique name of the process instance, for example <c>api-1</c>.</summary>
    public required string Worker { get; init; }

    /// <summary>OTel <c>service.name</c>.</summary>
    public required string Service { get; init; }

    /// <summary>Machine name.</summary>
    public required string Host { get; init; }

    /// <summary>Process id.</summary>
    public required int Pid { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>How often this process beats; it is stale after three intervals without one.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>When the process started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Threads in the pool.</summary>
    public int PoolThreads { get; init; }

    /// <summary>Work items waiting for a pool thread.</summary>
    public long PoolQueue { get; init; }

    /// <summary>Managed heap in use, MiB.</summary>
    public double MemoryAllocMb { get; init; }

    /// <summary>Memory committed by the GC, MiB.</summary>
    public double MemoryCommittedMb { get; init; }

    /// <summary>Collections since start, all generations.</summary>
    public int GcCount { get; init; }

    /// <summary>Total time paused for GC since start, milliseconds.</summary>
    public double GcPauseMs { get; init; }

    /// <summary>Median of the thread pool's lag over the last interval, milliseconds.</summary>
    public double LagP50Ms { get; init; }

    /// <summary>99th percentile of the thread pool's lag over the last interval, milliseconds.</summary>
    public double LagP99Ms { get; init; }

    /// <summary>Largest lag over the last interval, milliseconds.</summary>
    public double LagMaxMs { get; init; }

    /// <summary>Share of all processors that it used over the last interval, 0 to 1.</summary>
    public double Utilization { get; init; }
}

/// <summary>A process's latest heartbeat, judged by someone else's clock.</summary>
/// <param name="Beat">The latest heartbeat.</param>
/// <param name="Alive">Whether it is younger than three intervals.</param>
/// <param name="StaleSince">How long past that threshold it is; null while alive.</param>
public sealed record HeartbeatStatus(Heartbeat Beat, bool Alive, TimeSpan? StaleSince);
