using System.Text.Json;

namespace OrionPlatform.Sink;

/// <summary>Counts the data points of an <c>ExportMetricsServiceRequest</c>, so that its answer can say how many were rejected.</summary>
internal static class OtlpMetricCount
{
    private static readonly string[] s_kinds = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"];

    public static int Protobuf(ReadOnlySpan<byte> body)
    {
        var count = 0;
        // Request 1, ResourceMetrics 2, ScopeMetrics 2, Metric 5, 7, 9, 10 or 11, and points 1 in each.
        Each(new ProtoReader(body), 1, (ref resource) => Each(resource, 2, (ref scope) => Each(scope, 2, (ref metric) =>
        {
            foreach (var kind in (ReadOnlySpan<int>)[5, 7, 9, 10, 11])
            {
                Each(metric, kind, (ref points) => Each(points, 1, (ref _) => count++));
            }
        })));
        return count;
    }

    public static int Json(JsonElement request) =>
        OtlpJson.Items(request, "resourceMetrics").SelectMany(r => OtlpJson.Items(r, "scopeMetrics")).SelectMany(s => OtlpJson.Items(s, "metrics"))
            .Sum(m => s_kinds.Sum(k => OtlpJson.Member(m, k, out var kind) ? OtlpJson.Items(kind, "dataPoints").Count() : 0));

    private delegate void Found(ref ProtoReader message);

    private static void Each(ProtoReader message, int field, Found found)
    {
        while (message.Next())
        {
            if (message.Field == field)
            {
                var inner = message.Message();
                found(ref inner);
            }
            else
            {
                message.Skip();
            }
        }
    }
}
