using System.Text.Json;

namespace OrionPlatform.Sink;

/// <summary><c>ExportMetricsServiceRequest</c> from JSON.</summary>
internal static class OtlpJsonMetrics
{
    private static readonly (string Member, OtlpData Data)[] s_kinds =
    [
        ("gauge", OtlpData.Gauge), ("sum", OtlpData.Sum), ("histogram", OtlpData.Histogram), ("exponentialHistogram", OtlpData.Exponential), ("summary", OtlpData.Summary),
    ];

    public static IEnumerable<(OtlpMetric Metric, OtlpPoint Point)> Read(JsonElement request)
    {
        foreach (var (source, record) in OtlpJson.Records(request, "resourceMetrics", "scopeMetrics", "metrics"))
        {
            var metric = new OtlpMetric
            {
                Source = source,
                Name = OtlpJson.Text(record, "name") ?? "",
                Unit = OtlpJson.Text(record, "unit") ?? "",
                Description = OtlpJson.Text(record, "description"),
            };
            foreach (var (member, kind) in s_kinds)
            {
                if (OtlpJson.Member(record, member, out var data))
                {
                    foreach (var point in Points(data, kind))
                    {
                        yield return (metric, point);
                    }
                }
            }
        }
    }

    private static IEnumerable<OtlpPoint> Points(JsonElement data, OtlpData kind)
    {
        var temporality = OtlpJson.Enum(data, "aggregationTemporality");
        var monotonic = OtlpJson.Member(data, "isMonotonic", out var flag) && flag.ValueKind == JsonValueKind.True;
        foreach (var item in OtlpJson.Items(data, "dataPoints"))
        {
            var point = new OtlpPoint
            {
                Data = kind,
                Temporality = temporality,
                Monotonic = monotonic,
                Start = OtlpJson.Time(item, "startTimeUnixNano"),
                Time = OtlpJson.Time(item, "timeUnixNano"),
                Missing = (OtlpJson.Enum(item, "flags") & 1) != 0,
            };
            OtlpJson.Attributes(item, point.Attributes);
            if (kind is OtlpData.Gauge or OtlpData.Sum)
            {
                point.Value = Number(item, "asDouble") ?? (OtlpJson.Member(item, "asInt", out var integer) ? OtlpJson.Integer(integer, "asInt") : null);
            }
            else
            {
                Distribution(item, point);
            }

            yield return point;
        }
    }

    private static void Distribution(JsonElement item, OtlpPoint point)
    {
        point.Count = OtlpJson.Member(item, "count", out var count) ? OtlpJson.Unsigned(count, "count") : 0;
        point.Value = Number(item, "sum");
        (point.Min, point.Max) = (Number(item, "min"), Number(item, "max"));
        switch (point.Data)
        {
            case OtlpData.Histogram:
                point.Bounds.AddRange(OtlpJson.Items(item, "explicitBounds").Select(b => OtlpJson.Double(b, "explicitBounds")));
                point.Buckets.AddRange(Counts(item));
                break;
            case OtlpData.Exponential:
                point.Exponential = new OtlpExponential
                {
                    Scale = OtlpJson.Enum(item, "scale"),
                    Zero = OtlpJson.Member(item, "zeroCount", out var zero) ? OtlpJson.Unsigned(zero, "zeroCount") : 0,
                    ZeroThreshold = Number(item, "zeroThreshold") ?? 0,
                    Positive = Buckets(item, "positive"),
                    Negative = Buckets(item, "negative"),
                };
                break;
            default:
                // Of the four kinds only a summary's sum cannot be left out: there, what is not written is 0.
                point.Value ??= 0;
                point.Quantiles.AddRange(OtlpJson.Items(item, "quantileValues").Select(q => (Number(q, "quantile") ?? 0, Number(q, "value") ?? 0)));
                break;
        }
    }

    private static OtlpBuckets Buckets(JsonElement item, string name) =>
        OtlpJson.Member(item, name, out var side) ? new OtlpBuckets(OtlpJson.Enum(side, "offset"), [.. Counts(side)]) : OtlpBuckets.None;

    private static IEnumerable<ulong> Counts(JsonElement owner) => OtlpJson.Items(owner, "bucketCounts").Select(b => OtlpJson.Unsigned(b, "bucketCounts"));

    private static double? Number(JsonElement owner, string name) => OtlpJson.Member(owner, name, out var value) ? OtlpJson.Double(value, name) : null;
}
