using OpenTelemetry;
using OpenTelemetry.Metrics;
using Orion.Sink.Metrics;
using Orion.Sink.Rows;
using Orion.Telemetry.Tracing;
using SdkPoint = OpenTelemetry.Metrics.MetricPoint;
using SinkPoint = Orion.Sink.Metrics.MetricPoint;

namespace Orion.Telemetry.Metrics;

/// <summary>
/// Hands what the SDK has collected on, with the standard metrics of the process. Its reader asks for what was added since the round
/// before.
/// </summary>
internal sealed class SinkMetricExporter(
    TelemetryWriter telemetry, MetricsManager metrics, Redactor redactor, string service) : BaseExporter<Metric>
{
    // Bounded by the meters that code makes.
    private readonly Dictionary<(string Name, string? Version), ScopeRow> _scopes = [];

    public override ExportResult Export(in Batch<Metric> batch)
    {
        metrics.RecordProcess();
        foreach (var metric in batch)
        {
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                if (Convert(metric, point) is { } row)
                {
                    telemetry.Record(row);
                }
            }
        }

        return ExportResult.Success;
    }

    private SinkPoint? Convert(Metric metric, in SdkPoint point)
    {
        var row = new SinkPoint
        {
            Name = metric.Name,
            Unit = metric.Unit,
            Description = metric.Description is { Length: > 0 } text ? text : null,
            Service = service,
            Scope = Scope(metric),
            UnixNanos = (point.EndTime - DateTimeOffset.UnixEpoch).Ticks * 100,
            Labels = Labels(point.Tags),
        };
        switch (metric.MetricType)
        {
            case MetricType.LongSum:
                (row.Kind, row.Value, row.Monotonic) = (MetricKind.Counter, point.GetSumLong(), true);
                break;
            case MetricType.DoubleSum:
                (row.Kind, row.Value, row.Monotonic) = (MetricKind.Counter, point.GetSumDouble(), true);
                break;
            case MetricType.LongSumNonMonotonic:
                // What goes up and down is collected as its level, whatever the reader prefers.
                row.Value = point.GetSumLong();
                break;
            case MetricType.DoubleSumNonMonotonic:
                row.Value = point.GetSumDouble();
                break;
            case MetricType.LongGauge:
                row.Value = point.GetGaugeLastValueLong();
                break;
            case MetricType.DoubleGauge:
                row.Value = point.GetGaugeLastValueDouble();
                break;
            case MetricType.Histogram:
                Fill(row, point);
                SetBuckets(row, point);
                break;
            case MetricType.ExponentialHistogram:
                Fill(row, point);
                var data = point.GetExponentialHistogramData();
                row.SetExponentialBuckets(data.Scale, data.ZeroCount, data.PositiveBuckets.Offset, Counts(data.PositiveBuckets));
                break;
            default:
                return null;
        }

        return row;
    }

    private ScopeRow Scope(Metric metric)
    {
        if (!_scopes.TryGetValue((metric.MeterName, metric.MeterVersion), out var scope))
        {
            scope = new ScopeRow(metric.MeterName, metric.MeterVersion is { Length: > 0 } version ? version : null);
            redactor.Clean(scope);
            _scopes.Add((metric.MeterName, metric.MeterVersion), scope);
        }

        return scope;
    }

    private static void Fill(SinkPoint row, in SdkPoint point)
    {
        (row.Kind, row.Count, row.Value) = (MetricKind.Histogram, point.GetHistogramCount(), point.GetHistogramSum());
        if (point.TryGetHistogramMinMaxValues(out var min, out var max))
        {
            (row.Min, row.Max) = (min, max);
        }
    }

    private static void SetBuckets(SinkPoint row, in SdkPoint point)
    {
        var bounds = new List<double>();
        var buckets = new List<long>();
        foreach (var bucket in point.GetHistogramBuckets())
        {
            buckets.Add(bucket.BucketCount);
            if (!double.IsPositiveInfinity(bucket.ExplicitBound))
            {
                bounds.Add(bucket.ExplicitBound);
            }
        }

        if (bounds.Count > 0)
        {
            (row.Bounds, row.Buckets) = ([.. bounds], [.. buckets]);
        }
    }

    private static List<long> Counts(ExponentialHistogramBuckets buckets)
    {
        var counts = new List<long>();
        foreach (var count in buckets)
        {
            counts.Add(count);
        }

        return counts;
    }

    private static KeyValuePair<string, object?>[] Labels(OpenTelemetry.ReadOnlyTagCollection tags)
    {
        var labels = new KeyValuePair<string, object?>[tags.Count];
        var i = 0;
        foreach (var tag in tags)
        {
            labels[i++] = tag;
        }

        return labels;
    }
}
