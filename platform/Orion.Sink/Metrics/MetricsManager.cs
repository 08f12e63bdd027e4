using System.Diagnostics;
using Orion.Sink.Rows;
using Orion.Sink.Writing;

namespace Orion.Sink.Metrics;

/// <summary>Records metrics. Every call returns at once.</summary>
public sealed class MetricsManager
{
    private readonly StreamBuffer<MetricPoint> _buffer;
    private readonly TimeProvider _time;
    private readonly TelemetrySinkOptions _options;
    private (TimeSpan Used, long At) _processor = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());

    internal MetricsManager(StreamBuffer<MetricPoint> buffer, TimeProvider time, TelemetrySinkOptions options)
    {
        (_buffer, _time, _options) = (buffer, time, options);
    }

    /// <summary>Hands over a point; its time is now when it has none.</summary>
    /// <exception cref="ArgumentException">
    /// It has a value that is not a finite number, a negative count, or buckets that do not fit its bounds; nothing is recorded.
    /// </exception>
    public void Record(MetricPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        if (point.Problem() is { } problem)
        {
            throw new ArgumentException($"The metric '{point.Name}' cannot be recorded: {problem}.", nameof(point));
        }

        Offer(point);
    }

    /// <summary>
    /// Hands over a point that this code did not measure itself; one that <see cref="Record"/> would refuse is counted as dropped
    /// (<c>invalid</c>).
    /// </summary>
    /// <returns>Whether it was taken.</returns>
    public bool TryRecord(MetricPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        if (point.Problem() is not null)
        {
            _buffer.CountProducedAndDropped("invalid", null);
            return false;
        }

        Offer(point);
        return true;
    }

    private void Offer(MetricPoint point)
    {
        if (point.UnixNanos == 0)
        {
            point.UnixNanos = UnixTime.Nanos(_time.GetUtcNow());
        }

        point.Resource ??= _options.Resource;
        _buffer.Offer(point);
    }

    /// <summary>Hands over a level without dimensions.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value now.</param>
    /// <param name="unit">Its unit, by UCUM.</param>
    /// <exception cref="ArgumentException">The value is not a finite number.</exception>
    public void RecordSimple(string name, double value, string unit = "") =>
        Record(new MetricPoint { Name = name, Value = value, Unit = unit, Service = _options.Process });

    /// <summary>Hands over the standard metrics of this process: processor, memory, pool, collections.</summary>
    public void RecordProcess()
    {
        var (used, at) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        var elapsed = Stopwatch.GetElapsedTime(_processor.At, at);
        if (elapsed > TimeSpan.Zero)
        {
            RecordSimple(StandardMetrics.CpuUsagePercent, (used - _processor.Used) / elapsed * 100, "%");
        }

        _processor = (used, at);
        RecordSimple(StandardMetrics.MemoryUsedBytes, Environment.WorkingSet, "By");
        RecordSimple(StandardMetrics.MemoryAllocMb, GC.GetTotalMemory(forceFullCollection: false) / 1048576.0, "MiBy");
        RecordSimple(StandardMetrics.PoolThreadsCount, ThreadPool.ThreadCount, "{thread}");
        RecordSimple(StandardMetrics.GcCount, GC.CollectionCount(0), "{collection}");
    }
}
