using System.Globalization;

namespace OrionPlatform.Sink;

/// <summary>
/// Makes metric points of what came over OTLP. The sink keeps what was added since the point before; a sender that sends totals has
/// them turned into that here, by the total it sent before.
/// </summary>
internal sealed class OtlpMetricRows(long startedNanos)
{
    private const string UnknownService = "unknown_service";
    private const int Cumulative = 2;

    // Bounded; cleared when full, and each sender's next total only starts its series anew.
    private const int MaxSeries = 20_000;

    // More than any sender has; each becomes a series.
    private const int MaxQuantiles = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Service, string Name, string Labels), Total> _totals = [];

    /// <summary>The rows of a point. None with a problem when it cannot be stored; none without one when it has nothing to store.</summary>
    public IReadOnlyList<MetricPoint> Rows(OtlpMetric metric, OtlpPoint point, long now, out string? problem)
    {
        problem = Problem(point);
        if (problem is not null || point.Missing)
        {
            return [];
        }

        if (metric.Source.Instance is { Length: > 0 } instance && instance != metric.Source.Service)
        {
            point.Attributes.Add("service.instance.id", instance);
        }

        MetricPoint[] rows = point.Data == OtlpData.Summary ? [.. Summary(metric, point, now)] : [Row(metric, point, now)];
        problem = rows.Select(r => r.Problem()).FirstOrDefault(p => p is not null);
        return problem is null ? [.. rows.Where(r => r.Kind == MetricKind.Gauge || point is { Data: not OtlpData.Summary, Temporality: not Cumulative } || SinceBefore(r, point))] : [];
    }

    private static MetricPoint Row(OtlpMetric metric, OtlpPoint point, long now)
    {
        var (bounds, buckets) = point.Exponential?.Explicit() ?? ([.. point.Bounds], [.. point.Buckets]);
        return new MetricPoint
        {
            Name = metric.Name,
            Unit = metric.Unit,
            Description = metric.Description is { Length: > 0 } text ? text : null,
            Kind = point.Data is OtlpData.Histogram or OtlpData.Exponential ? MetricKind.Histogram : point is { Data: OtlpData.Sum, Monotonic: true } ? MetricKind.Counter : MetricKind.Gauge,
            Service = metric.Source.Service ?? UnknownService,
            UnixNanos = point.Time is > 0 and <= long.MaxValue ? (long)point.Time : now,
            Value = point.Value,
            Count = (long)point.Count,
            Min = point.Min,
            Max = point.Max,
            Bounds = bounds,
            Buckets = Array.ConvertAll(buckets, b => (long)b),
            Labels = point.Attributes.ToArray(),
        };
    }

    /// <summary>
    /// A summary's quantiles are levels: they cannot be added up or averaged, so each is a gauge of its own. Its count and sum, which always are totals,
    /// are counters. That is how Prometheus, where summaries come from, has them too.
    /// </summary>
    private static IEnumerable<MetricPoint> Summary(OtlpMetric metric, OtlpPoint point, long now)
    {
        foreach (var (quantile, value) in point.Quantiles)
        {
            // A sender writes NaN for a quantile of nothing.
            if (!double.IsNaN(value))
            {
                var row = Row(metric, point, now);
                (row.Value, row.Count, row.Labels) = (value, 1, [.. row.Labels, new("quantile", quantile.ToString(CultureInfo.InvariantCulture))]);
                yield return row;
            }
        }

        var (count, sum) = (Row(metric, point, now), Row(metric, point, now));
        (count.Name, count.Kind, count.Value, count.Unit, count.Count) = (metric.Name + ".count", MetricKind.Counter, point.Count, "", 1);
        (sum.Name, sum.Kind, sum.Count) = (metric.Name + ".sum", MetricKind.Counter, 1);
        yield return count;
        yield return sum;
    }

    private static string? Problem(OtlpPoint point) => point.Missing ? null
        : point.Data is OtlpData.Sum or OtlpData.Histogram or OtlpData.Exponential && point.Temporality is not (1 or Cumulative) ? "a sum's or histogram's aggregation_temporality is not delta or cumulative"
        : point is { Data: OtlpData.Sum, Monotonic: false, Temporality: not Cumulative } ? "a sum that goes down too is stored as its level, so it must be cumulative"
        : point.Count > long.MaxValue || point.Buckets.Exists(b => b > long.MaxValue) ? "a count is out of range"
        : point.Quantiles.Count > MaxQuantiles ? $"a summary has more than {MaxQuantiles} quantiles"
        : point.Exponential?.Problem;

    /// <summary>Takes off what was told before; false when nothing is left to tell, or nobody knows how much of it is new.</summary>
    private bool SinceBefore(MetricPoint row, OtlpPoint point)
    {
        var total = new Total(point.Start, row.Value, row.Count, row.Bounds, row.Buckets, point.Exponential);
        lock (_lock)
        {
            var key = (row.Service, row.Name, AttributeJson.Of(row.Labels));
            var known = _totals.TryGetValue(key, out var before);
            if (!known && _totals.Count >= MaxSeries)
            {
                _totals.Clear();
            }

            _totals[key] = total;
            if (!known || !total.Continues(before!, row.Kind))
            {
                // A total that began since we listen is all new; of an older one nobody knows how much was told to our predecessor.
                return known || point.Start > (ulong)startedNanos;
            }

            row.Value -= before!.Value;
            if (row.Kind != MetricKind.Histogram)
            {
                return true;
            }

            // Minimum and maximum are of the sender's whole life, not of this round.
            (row.Min, row.Max) = (null, null);
            row.Count -= before.Count;
            (row.Bounds, row.Buckets) = total.BucketsSince(before);
            return row.Count > 0;
        }
    }

    private sealed record Total(ulong Start, double Value, long Count, double[] Bounds, long[] Buckets, OtlpExponential? Exponential)
    {
        /// <summary>The same run of the sender went on counting.</summary>
        public bool Continues(Total before, MetricKind kind) => Start == before.Start && Count >= before.Count && (kind == MetricKind.Histogram || Value >= before.Value);

        /// <summary>What was added by bucket; none when the two cannot be compared, for example because the sender has other bounds now.</summary>
        public (double[] Bounds, long[] Buckets) BucketsSince(Total before)
        {
            if (Exponential is not null)
            {
                return before.Exponential is { } earlier && Exponential.Since(earlier)?.Explicit() is var (bounds, counts) ? (bounds, Array.ConvertAll(counts, c => (long)c)) : ([], []);
            }

            var added = Bounds.AsSpan().SequenceEqual(before.Bounds) && Buckets.Length == before.Buckets.Length ? Buckets.Select((b, i) => b - before.Buckets[i]).ToArray() : [];
            return added.Length > 0 && Array.TrueForAll(added, b => b >= 0) ? (Bounds, added) : ([], []);
        }
    }
}
