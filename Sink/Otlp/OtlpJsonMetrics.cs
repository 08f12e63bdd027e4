using System.Text.Json;

namespace OrionPlatform.Sink;

/// <summary><c>ExportMetricsServiceRequest</c> from JSON.</summary>
internal static class OtlpJsonMetrics
{
    private static readonly (string Member, OtlpData Data)[] s_kinds =
    [
        ("gauge", OtlpData.Gauge), ("sum", OtlpData.Sum), ("histogram", OtlpData.Histogram), ("exponentialHistogram", OtlpData.Other), ("summary", OtlpData.Other),
    ];

    public static void Read(JsonElement request, Action<OtlpMetric, OtlpPoint> found)
    {
        foreach (var resource in OtlpJson.Items(request, "resourceMetrics"))
        {
            var about = new OtlpAttributes();
            if (OtlpJson.Member(resource, "resource", out var inner))
            {
                OtlpJson.Attributes(inner, about);
            }

            foreach (var message in OtlpJson.Items(resource, "scopeMetrics").SelectMany(s => OtlpJson.Items(s, "metrics")))
            {
                var metric = new OtlpMetric
                {
                    Service = about.Text("service.name"),
                    Instance = about.Text("service.instance.id"),
                    Name = OtlpJson.Text(message, "name") ?? "",
                    Unit = OtlpJson.Text(message, "unit") ?? "",
                    Description = OtlpJson.Text(message, "description"),
                };
                foreach (var (member, kind) in s_kinds)
                {
                    if (OtlpJson.Member(message, member, out var data))
                    {
                        Data(data, kind, metric, found);
                    }
                }
            }
        }
    }

    private static void Data(JsonElement data, OtlpData kind, OtlpMetric metric, Action<OtlpMetric, OtlpPoint> found)
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
            if (kind == OtlpData.Histogram)
            {
                Histogram(item, point);
            }
            else if (kind != OtlpData.Other)
            {
                point.Value = Number(item, "asDouble") ?? (OtlpJson.Member(item, "asInt", out var integer) ? OtlpJson.Integer(integer, "asInt") : 0);
            }

            found(metric, point);
        }
    }

    private static void Histogram(JsonElement item, OtlpPoint point)
    {
        point.Count = OtlpJson.Time(item, "count");
        point.Value = Number(item, "sum") ?? 0;
        (point.Min, point.Max) = (Number(item, "min"), Number(item, "max"));
        point.Bounds.AddRange(OtlpJson.Items(item, "explicitBounds").Select(b => OtlpJson.Double(b, "explicitBounds")));
        point.Buckets.AddRange(OtlpJson.Items(item, "bucketCounts").Select(b => (ulong)Math.Max(0, OtlpJson.Integer(b, "bucketCounts"))));
    }

    private static double? Number(JsonElement owner, string name) => OtlpJson.Member(owner, name, out var value) ? OtlpJson.Double(value, name) : null;
}
