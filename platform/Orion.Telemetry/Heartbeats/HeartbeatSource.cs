using System.Diagnostics;
using Microsoft.Extensions.Options;
using Orion.Sink.Rows;
using Orion.Telemetry.Identity;
using Orion.Telemetry.Lag;

namespace Orion.Telemetry.Heartbeats;

/// <summary>Makes this process's heartbeats; a service without a sink sends them its own way.</summary>
public sealed class HeartbeatSource
{
    private readonly ServiceIdentity _identity;
    private readonly LagMonitor _lag;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly Lock _lock = new();
    private long _at = Stopwatch.GetTimestamp();
    private TimeSpan _cpu = Environment.CpuUsage.TotalTime;

    internal HeartbeatSource(ServiceIdentity identity, LagMonitor lag, TimeProvider time, IOptions<HeartbeatOptions> options)
    {
        _identity = identity;
        _lag = lag;
        _time = time;
        _interval = options.Value.Interval;
    }

    /// <summary>
    /// A heartbeat as of now. Its lag figures are of the last full window, its utilization of the time since the heartbeat before (the
    /// first one: since the host was built).
    /// </summary>
    public Heartbeat Make()
    {
        const double MiB = 1024 * 1024;
        var lag = _lag.Figures;
        return new Heartbeat
        {
            Worker = _identity.Instance,
            Service = _identity.Name,
            Host = _identity.Host,
            Pid = Environment.ProcessId,
            Time = _time.GetUtcNow(),
            Interval = _interval,
            StartedAt = _identity.StartedAt,
            PoolThreads = ThreadPool.ThreadCount,
            PoolQueue = ThreadPool.PendingWorkItemCount,
            MemoryAllocMb = GC.GetTotalMemory(forceFullCollection: false) / MiB,
            MemoryCommittedMb = GC.GetGCMemoryInfo().TotalCommittedBytes / MiB,
            GcCount = GC.CollectionCount(0),
            GcPauseMs = GC.GetTotalPauseDuration().TotalMilliseconds,
            LagP50Ms = lag.P50Ms,
            LagP99Ms = lag.P99Ms,
            LagMaxMs = lag.MaxMs,
            Utilization = Utilization(),
        };
    }

    private double Utilization()
    {
        lock (_lock)
        {
            var (now, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var passed = Stopwatch.GetElapsedTime(_at, now);
            var used = passed > TimeSpan.Zero ? (cpu - _cpu) / passed / Environment.ProcessorCount : 0;
            (_at, _cpu) = (now, cpu);
            return Math.Clamp(used, 0, 1);
        }
    }
}
