using Orion.Sink.Otlp;
using Orion.Sink.Rows;

namespace Orion.Sink.Metrics;

/// <summary>What a metric's values mean.</summary>
public enum MetricKind
{
    /// <summary>A level at a moment.</summary>
    Gauge = 0,

    /// <summary>What was added since the point before.</summary>
    Counter = 1,

    /// <summary>A distribution of what was measured since the point before.</summary>
    Histogram = 2,
}

/// <summary>How a sender aggregates, by the numbers of OpenTelemetry's <c>AggregationTemporality</c>.</summary>
public enum MetricTemporality
{
    /// <summary>Does not apply, or is not known.</summary>
    None = 0,

    /// <summary>Each point has what was added since the one before.</summary>
    Delta = 1,

    /// <summary>Each point has the total since the series began.</summary>
    Cumulative = 2,
}

/// <summary>
/// One point of one series (seed 002's <c>metrics_timeseries</c>). A series is told apart by resource, scope, name, unit, kind,
/// temporality, monotonicity and labels.
/// </summary>
public sealed class MetricPoint
{
    private const int MaxName = 256;
    private const int MaxBounds = 1_000;

    /// <summary>Name: <c>http.server.request.duration</c>.</summary>
    public required string Name { get; set; }

    /// <summary>Unit, by UCUM: <c>s</c>, <c>By</c>, <c>{request}</c>.</summary>
    public string Unit { get; set; } = "";

    /// <summary>What it measures, for people.</summary>
    public string? Description { get; set; }

    /// <summary>What the values mean.</summary>
    public MetricKind Kind { get; set; }

    /// <summary>
    /// Of a sum or histogram that came over OTLP: how its sender aggregates. It tells series apart; the values stored are always what
    /// was added, or a level.
    /// </summary>
    public MetricTemporality Temporality { get; set; }

    /// <summary>Of a sum: whether it only goes up.</summary>
    public bool Monotonic { get; set; }

    /// <summary>The service that measured it.</summary>
    public required string Service { get; set; }

    /// <summary>What it comes from; null for the process that stores it.</summary>
    public ResourceRow? Resource { get; set; }

    /// <summary>The instrumentation scope (meter) that made it, when known.</summary>
    public ScopeRow? Scope { get; set; }

    /// <summary>When, nanoseconds since 1970-01-01 UTC.</summary>
    public long UnixNanos { get; set; }

    /// <summary>The level, the amount added, or a histogram's sum; null where a histogram's sum is not known.</summary>
    public double? Value { get; set; }

    /// <summary>Measurements in a histogram; 1 otherwise.</summary>
    public long Count { get; set; } = 1;

    /// <summary>A histogram's smallest value, when known.</summary>
    public double? Min { get; set; }

    /// <summary>A histogram's largest value, when known.</summary>
    public double? Max { get; set; }

    /// <summary>A histogram's upper bounds, ascending; empty when it has none.</summary>
    public double[] Bounds { get; set; } = [];

    /// <summary>Measurements by bucket: one more than <see cref="Bounds"/>.</summary>
    public long[] Buckets { get; set; } = [];

    /// <summary>Dimensions.</summary>
    public KeyValuePair<string, object?>[] Labels { get; set; } = [];

    /// <summary>
    /// Takes over the buckets of an exponential histogram without negative values (OpenTelemetry's data model), as bounds of their own.
    /// </summary>
    /// <param name="scale">Bucket i holds what is above base^i and at most base^(i+1), with base = 2^(2^-scale).</param>
    /// <param name="zero">Values that are 0.</param>
    /// <param name="offset">Index of the first bucket.</param>
    /// <param name="counts">Values by bucket.</param>
    public void SetExponentialBuckets(int scale, long zero, int offset, IReadOnlyCollection<long> counts)
    {
        var positive = new OtlpBuckets(offset, [.. counts.Select(c => (ulong)c)]);
        var (bounds, all) = new OtlpExponential { Scale = scale, Zero = (ulong)zero, Positive = positive }.Explicit();
        (Bounds, Buckets) = (bounds, Array.ConvertAll(all, c => (long)c));
    }

    /// <summary>
    /// Why it cannot be stored; null when it can. One value that is no number would make every sum and maximum over it none.
    /// </summary>
    internal string? Problem() =>
        Name.Length is 0 or > MaxName ? $"a metric's name is missing or longer than {MaxName} characters"
        : !IsFinite(Value) || !IsFinite(Min) || !IsFinite(Max) || !Array.TrueForAll(Bounds, double.IsFinite)
            ? "a value is not a finite number"
        : Value is null && Kind != MetricKind.Histogram ? "a gauge or a counter has no value"
        : Count < 0 || Array.Exists(Buckets, b => b < 0) ? "a count is negative"
        : Kind == MetricKind.Histogram ? DistributionProblem() : null;

    private static bool IsFinite(double? value) => value is not { } number || double.IsFinite(number);

    private string? DistributionProblem() =>
        Bounds.Length > MaxBounds ? $"a histogram has more than {MaxBounds} bounds"
        : Buckets.Length == 0 ? (Bounds.Length > 0 ? "a histogram has explicit_bounds but no bucket_counts" : CountProblem())
        : Buckets.Length != Bounds.Length + 1 ? "a histogram has not one more bucket_counts than explicit_bounds"
        : !IsAscending(Bounds) ? "a histogram's explicit_bounds are not in ascending order"
        : Buckets.Aggregate((UInt128)0, (sum, count) => sum + (ulong)count) != (UInt128)Count
            ? "a histogram's bucket_counts do not add up to its count"
        : CountProblem();

    private string? CountProblem() =>
        Min > Max ? "a histogram's min is larger than its max"
        : Count == 0 && Value is not (null or 0) ? "a histogram's count is 0 but its sum is not"
        : null;

    private static bool IsAscending(double[] bounds)
    {
        for (var i = 1; i < bounds.Length; i++)
        {
            if (bounds[i] <= bounds[i - 1])
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Names of the metrics that every process has, as seed 002 calls them.</summary>
public static class StandardMetrics
{
    /// <summary>Processor time used, percent of one core.</summary>
    public const string CpuUsagePercent = "cpu_usage_percent";

    /// <summary>Memory the process holds, bytes.</summary>
    public const string MemoryUsedBytes = "memory_used_bytes";

    /// <summary>Managed heap in use, MiB.</summary>
    public const string MemoryAllocMb = "memory_alloc_mb";

    /// <summary>Threads of the pool (seed 002's goroutines).</summary>
    public const string PoolThreadsCount = "pool_threads_count";

    /// <summary>Garbage collections since start.</summary>
    public const string GcCount = "gc_count";

    /// <summary>How long a workflow took, milliseconds.</summary>
    public const string WorkflowDurationMs = "workflow_duration_ms";

    /// <summary>Tasks processed.</summary>
    public const string TaskProcessedCount = "task_processed_count";
}
