using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orion.Sink.Metrics;
using Orion.Sink.Segments;

namespace Orion.Sink.Otlp;

/// <summary>
/// Makes metric points of what came over OTLP. The sink keeps what was added since the point before; a sender that sends totals has
/// them turned into that here, by the total it sent before.
/// </summary>
internal sealed class OtlpMetricRows(OtlpTotals totals)
{
    private const string UnknownService = "unknown_service";

    /// <summary>The rows of a point. None with a problem when it cannot be stored; none without one when it has nothing to store.</summary>
    public IReadOnlyList<MetricPoint> Rows(OtlpMetric metric, OtlpPoint point, long now, out string? problem)
    {
        problem = point.Problem;
        if (problem is not null || point.Missing)
        {
            return [];
        }

        OtlpAmount? amount = OtlpAmount.Of(point);
        var rows = Rows(metric, point, amount, now);
        problem = rows.Select(r => r.Problem()).FirstOrDefault(p => p is not null);
        if (problem is null && point.IsAmount)
        {
            problem = totals.Added(Series(metric, point), point, now, ref amount);
            rows = problem is null && point.IsCumulative ? Rows(metric, point, amount, now) : rows;
        }

        return problem is null ? rows : [];
    }

    private static MetricPoint[] Rows(OtlpMetric metric, OtlpPoint point, OtlpAmount? amount, long now) =>
        point.Data == OtlpData.Summary ? [.. Quantiles(metric, point, now), .. amount is null ? [] : Summary(metric, point, amount, now)]
        : amount is null ? [] : [Row(metric, point, amount, now)];

    private static MetricPoint Row(OtlpMetric metric, OtlpPoint point, OtlpAmount amount, long now)
    {
        var (bounds, buckets) = amount.Exponential?.Explicit() ?? (amount.Bounds, amount.Buckets);
        return new MetricPoint
        {
            Name = metric.Name,
            Unit = metric.Unit,
            Description = metric.Description is { Length: > 0 } text ? text : null,
            Kind = !point.IsAmount ? MetricKind.Gauge : point.IsNumber ? MetricKind.Counter : MetricKind.Histogram,
            Temporality = (MetricTemporality)point.Temporality,
            Monotonic = point.Monotonic,
            Service = metric.Source.Service ?? UnknownService,
            Resource = metric.Source.Resource,
            Scope = metric.Source.Scope,
            UnixNanos = point.Time is > 0 and <= long.MaxValue ? (long)point.Time : now,
            Value = amount.Value,
            Count = point.IsNumber ? 1 : (long)amount.Count,
            Min = amount.Min,
            Max = amount.Max,
            Bounds = bounds,
            Buckets = Array.ConvertAll(buckets, b => (long)b),
            Labels = point.Attributes.ToArray(),
        };
    }

    /// <summary>
    /// A summary's quantiles are levels: they cannot be added up or averaged, so each is a gauge of its own. That is how Prometheus,
    /// where summaries come from, has them too.
    /// </summary>
    private static IEnumerable<MetricPoint> Quantiles(OtlpMetric metric, OtlpPoint point, long now)
    {
        foreach (var (quantile, value) in point.Quantiles)
        {
            // A sender writes NaN for a quantile of nothing.
            if (!double.IsNaN(value))
            {
                var row = Row(metric, point, OtlpAmount.Of(point) with { Value = value, Count = 1 }, now);
                row.Kind = MetricKind.Gauge;
                row.Labels = [.. row.Labels, new("quantile", quantile.ToString(CultureInfo.InvariantCulture))];
                yield return row;
            }
        }
    }

    /// <summary>A summary's count and sum, which always are totals, are counters.</summary>
    private static IEnumerable<MetricPoint> Summary(OtlpMetric metric, OtlpPoint point, OtlpAmount amount, long now)
    {
        foreach (var (suffix, unit, value) in new[] { (".count", "", amount.Count), (".sum", metric.Unit, amount.Value) })
        {
            var row = Row(metric, point, amount with { Value = value, Count = 1 }, now);
            (row.Name, row.Unit, row.Kind) = (metric.Name + suffix, unit, MetricKind.Counter);
            (row.Temporality, row.Monotonic) = (MetricTemporality.Cumulative, true);
            yield return row;
        }
    }

    /// <summary>What tells a series apart by OpenTelemetry's data model, as a hash that nobody can make two series share.</summary>
    private static UInt128 Series(OtlpMetric metric, OtlpPoint point)
    {
        var (resource, scope) = (metric.Source.Resource, metric.Source.Scope);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var kind = $"{point.Data}{point.Temporality}{point.Monotonic}";
        var attributes = AttributeJson.Of(point.Attributes.ToArray());
        string?[] parts =
        [
            resource.Sender, resource.Text, scope.Name, scope.Version, scope.Text, metric.Name, metric.Unit, kind, attributes,
        ];
        foreach (var part in parts)
        {
            hash.AppendData(BitConverter.GetBytes(part?.Length ?? -1));
            hash.AppendData(Encoding.UTF8.GetBytes(part ?? ""));
        }

        return BinaryPrimitives.ReadUInt128LittleEndian(hash.GetHashAndReset());
    }
}
