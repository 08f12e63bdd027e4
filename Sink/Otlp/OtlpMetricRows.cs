namespace OrionPlatform.Sink;

/// <summary>
/// Makes metric points of what came over OTLP. The sink keeps what was added since the point before; a sender that sends totals has
/// them turned into that here, by the total it sent before.
/// </summary>
internal sealed class OtlpMetricRows(long startedNanos)
{
    private const string UnknownService = "unknown_service";
    private const int MaxBounds = 1_000;
    private const int Cumulative = 2;

    // Bounded; cleared when full, and each sender's next total only starts its series anew.
    private const int MaxSeries = 20_000;

    private readonly Lock _lock = new();
    private readonly ValueWriter _text = new();
    private readonly Dictionary<(string Service, string Name, string Labels), Total> _totals = [];

    /// <summary>The row of a point. Null with a problem when it cannot be stored; null without one when it has nothing to store.</summary>
    public MetricPoint? Row(OtlpMetric metric, OtlpPoint point, long now, out string? problem)
    {
        problem = Problem(metric, point);
        if (problem is not null || point.Missing)
        {
            return null;
        }

        if (metric.Instance is { Length: > 0 } instance && instance != metric.Service)
        {
            point.Attributes.Add("service.instance.id", instance);
        }

        var row = new MetricPoint
        {
            Name = metric.Name,
            Unit = metric.Unit,
            Description = metric.Description is { Length: > 0 } text ? text : null,
            Kind = point.Data == OtlpData.Histogram ? MetricKind.Histogram : point is { Data: OtlpData.Sum, Monotonic: true } ? MetricKind.Counter : MetricKind.Gauge,
            Service = metric.Service ?? UnknownService,
            UnixNanos = point.Time is > 0 and <= long.MaxValue ? (long)point.Time : now,
            Value = point.Value,
            Count = (long)point.Count,
            Min = point.Min,
            Max = point.Max,
            Bounds = [.. point.Bounds],
            Buckets = [.. point.Buckets.Select(b => (long)b)],
            Labels = point.Attributes.ToArray(),
        };
        return row.Kind == MetricKind.Gauge || point.Temporality != Cumulative || SinceBefore(row, point.Start) ? row : null;
    }

    private static string? Problem(OtlpMetric metric, OtlpPoint point) =>
        metric.Name.Length is 0 or > 256 ? "a metric's name is missing or longer than 256 characters"
        : point.Data == OtlpData.Other ? "exponential histograms and summaries are not stored"
        : point.Missing ? null
        : point.Data != OtlpData.Gauge && point.Temporality is not (1 or Cumulative) ? "a sum's or histogram's aggregation_temporality is not delta or cumulative"
        : point is { Data: OtlpData.Sum, Monotonic: false, Temporality: not Cumulative } ? "a sum that goes down too is stored as its level, so it must be cumulative"
        : !double.IsFinite(point.Value) || point.Min is { } min && !double.IsFinite(min) || point.Max is { } max && !double.IsFinite(max) || point.Bounds.Exists(b => !double.IsFinite(b)) ? "a value is not a finite number"
        : point.Count > long.MaxValue || point.Buckets.Exists(b => b > long.MaxValue) ? "a count is out of range"
        : point.Bounds.Count > MaxBounds ? $"a histogram has more than {MaxBounds} bounds"
        : point.Buckets.Count > 0 && point.Buckets.Count != point.Bounds.Count + 1 ? "a histogram has not one more bucket_counts than explicit_bounds"
        : null;

    /// <summary>Takes off what was told before; false when nothing is left to tell, or nobody knows how much of it is new.</summary>
    private bool SinceBefore(MetricPoint row, ulong start)
    {
        var total = new Total(start, row.Value, row.Count, row.Bounds, row.Buckets);
        lock (_lock)
        {
            var key = (row.Service, row.Name, _text.Object(row.Labels));
            var known = _totals.TryGetValue(key, out var before);
            if (!known && _totals.Count >= MaxSeries)
            {
                _totals.Clear();
            }

            _totals[key] = total;
            if (known && total.Continues(before!))
            {
                row.Value -= before!.Value;
                row.Count = row.Kind == MetricKind.Histogram ? row.Count - before.Count : 1;
                row.Buckets = [.. row.Buckets.Select((b, i) => b - before.Buckets[i])];

                // They are of the sender's whole life, not of this round.
                (row.Min, row.Max) = (null, null);
                return row.Kind != MetricKind.Histogram || row.Count > 0;
            }

            // A total that began since we listen is all new; of an older one nobody knows how much was told to our predecessor.
            return known || start > (ulong)startedNanos;
        }
    }

    private sealed record Total(ulong Start, double Value, long Count, double[] Bounds, long[] Buckets)
    {
        public bool Continues(Total before) => Start == before.Start && Count >= before.Count && Buckets.Length == before.Buckets.Length
            && Bounds.AsSpan().SequenceEqual(before.Bounds) && !Buckets.Where((b, i) => b < before.Buckets[i]).Any() && (Buckets.Length > 0 || Value >= before.Value);
    }
}
