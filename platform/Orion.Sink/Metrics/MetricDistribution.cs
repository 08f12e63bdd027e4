using Orion.Sink.Rollups;

namespace Orion.Sink.Metrics;

/// <summary>
/// How a metric's values lie, in its own unit; mergeable over minutes, series and processes. A value that was recorded by itself is kept to
/// 0.8 %, one below 6e-8 to 5e-10; of a histogram only the bucket is known, and its values are taken to lie evenly between the bucket's
/// bounds.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class MetricDistribution
{
    /// <summary>A stored value is so many times the metric's: billionths keep their places in an integer's buckets.</summary>
    internal const double Scale = 1L << 30;

    // A bucket's values are put at no more places than this, which bounds the bytes of a minute.
    private const int Places = 8;

    // Counts come from senders too. No bucket is ever so full, and sums of such counts stay far from an integer's end.
    private const long MostInBucket = 1L << 40;

    private readonly LogHistogram _values = new();

    /// <summary>Values in it.</summary>
    public long Count => _values.Count;

    /// <summary>The value at <paramref name="quantile"/> (0 to 1), by nearest rank; null when there is none.</summary>
    public double? Quantile(double quantile) => Count > 0 ? _values.Quantile(quantile) / Scale : null;

    /// <summary>Adds all values of <paramref name="other"/>.</summary>
    public void Merge(MetricDistribution other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _values.Merge(other._values);
    }

    /// <summary>Adds what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="FormatException">The bytes are no distribution.</exception>
    public void MergeBytes(ReadOnlySpan<byte> bytes) => _values.MergeBytes(bytes);

    /// <summary>As it is stored: <see cref="LogHistogram.ToBytes"/> of the values times 2^30.</summary>
    public byte[] ToBytes() => _values.ToBytes();

    /// <summary>Adds a point's values.</summary>
    /// <returns>
    /// False when they are not known: negative ones, amounts that were added, a histogram without buckets, or one whose counts cannot be
    /// true.
    /// </returns>
    internal bool TryAdd(MetricPoint point)
    {
        if (point.Value is { } single && (point.Kind == MetricKind.Gauge || point is { Kind: MetricKind.Histogram, Count: 1 }))
        {
            return TryAdd(single, 1);
        }

        if (point.Kind == MetricKind.Counter || point.Buckets.Length == 0)
        {
            return point is { Kind: MetricKind.Histogram, Count: 0 };
        }

        var known = true;
        for (var i = 0; i < point.Buckets.Length && known; i++)
        {
            known = point.Buckets[i] == 0 || (point.Buckets[i] <= MostInBucket && TrySpread(point, i));
        }

        return known;
    }

    private bool TrySpread(MetricPoint point, int bucket)
    {
        var (bounds, count) = (point.Bounds, point.Buckets[bucket]);
        var low = bucket > 0 ? bounds[bucket - 1] : Math.Min(0, bounds.Length > 0 ? bounds[0] : 0);
        var high = bucket < bounds.Length ? bounds[bucket] : point.Max ?? low;
        (low, high) = (Math.Max(low, point.Min ?? low), Math.Min(high, point.Max ?? high));
        var places = Math.Min(count, Places);
        for (var i = 0L; i < places; i++)
        {
            if (!TryAdd(low + ((high - low) * (i + 0.5) / places), (count * (i + 1) / places) - (count * i / places)))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryAdd(double value, long times)
    {
        if (value >= 0)
        {
            _values.Add(value * Scale, times);
        }

        return value >= 0;
    }
}
