using System.Globalization;
using System.Text;
using Orion.Sink.Otlp;

namespace OrionPlatform.Tests;

/// <summary>Valid export requests that have every kind of field, to be damaged.</summary>
internal static class OtlpBodies
{
    private const string Trace = "5b8efff798038103d269b633813fc60c";
    private const string Id = "eee19b7ec3c1b174";

    public static IReadOnlyList<(OtlpSignal Signal, byte[] Body)> Json(ulong time)
    {
        var spans = """
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
            """ + """
            "scopeSpans":[{"scope":{"name":"lib","version":"1.2"},"spans":[
            {"traceId":"TRACE","spanId":"SPAN","parentSpanId":"","name":"GET /a\u00e9","kind":2,"startTimeUnixNano":"TIME",
            """ + """
            "endTimeUnixNano":TIME,"traceState":"a=b",
            "attributes":[{"key":"i","value":{"intValue":"-7"}},{"key":"d","value":{"doubleValue":"NaN"}},
            """ + """
            {"key":"b","value":{"boolValue":true}},{"key":"raw","value":{"bytesValue":"AQID-_8="}},
            {"key":"l","value":{"arrayValue":{"values":[{"stringValue":"x\n"},
            """ + """
            {"kvlistValue":{"values":[{"key":"k","value":{"doubleValue":0.5}}]}}]}}}],"droppedAttributesCount":2,
            "events":[{"timeUnixNano":"TIME","name":"e","attributes":[{"key":"a","value":{"stringValue":"b"}}]}],
            "links":[{"traceId":"TRACE","spanId":"SPAN","attributes":[],"flags":256}],
            """ + """
            "status":{"code":2,"message":"no"},"flags":"257"}]}]}]}
            """;
        var logs = """
            {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
            """ + """
            "scopeLogs":[{"scope":{"name":"S"},"logRecords":[
            {"timeUnixNano":"TIME","observed_time_unix_nano":TIME,"severityNumber":"SEVERITY_NUMBER_WARN","severityText":"warn",
            """ + """
            "body":{"kvlistValue":{"values":[{"key":"a","value":{"intValue":1}}]}},
            "traceId":"TRACE","spanId":"SPAN","flags":1,"eventName":"x","attributes":[
            """ + """
            {"key":"exception.type","value":{"stringValue":"X"}},{"key":"n","value":{"doubleValue":null}}]}]}]}]}
            """;
        var metrics = """
            {"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
            """ + """
            "scopeMetrics":[{"scope":{"name":"S"},"metrics":[
            {"name":"g","unit":"By","gauge":{"dataPoints":[
            """ + """
            {"timeUnixNano":"TIME","asInt":"-3","attributes":[{"key":"a","value":{"stringValue":"b"}}],"flags":"0"}]}},
            {"name":"s","sum":{"aggregationTemporality":1,"isMonotonic":true,"dataPoints":[
            """ + """
            {"startTimeUnixNano":"TIME","timeUnixNano":"TIME","asDouble":1.5}]}},
            {"name":"h","histogram":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_DELTA","dataPoints":[
            """ + """
            {"timeUnixNano":"TIME","count":"3","sum":4,"bucketCounts":["1","2"],"explicitBounds":[1],"min":0,"max":3}]}},
            {"name":"e","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[
            """ + """
            {"startTimeUnixNano":"TIME","timeUnixNano":"TIME","count":"3","sum":4,"scale":-1,"zeroCount":1,
            """ + """
            "positive":{"offset":-2,"bucketCounts":["1",1]}}]}},
            {"name":"q","summary":{"dataPoints":[
            """ + """
            {"timeUnixNano":"TIME","count":"3","sum":4,"quantileValues":[{"quantile":0.5,"value":2}]}]}}]}]}]}
            """;
        return [(OtlpSignal.Traces, Filled(spans, time)), (OtlpSignal.Logs, Filled(logs, time)),
            (OtlpSignal.Metrics, Filled(metrics, time))];
    }

    public static IReadOnlyList<(OtlpSignal Signal, byte[] Body)> Protobuf(ulong time)
    {
        var (trace, id) = (Convert.FromHexString(Trace), Convert.FromHexString(Id));
        var items = new ProtoBody().Message(1, new ProtoBody().Text(1, "x"))
            .Message(1, new ProtoBody().Message(6, new ProtoBody().Attribute(1, "k", "v")));
        var list = new ProtoBody().Message(5, items);
        var span = new ProtoBody().Bytes(1, trace).Bytes(2, id).Text(3, "a=b").Bytes(4, []).Text(5, "GET /a").Varint(6, 2).Fixed64(7, time)
            .Fixed64(8, time)
            .Attribute(9, "i", new ProtoBody().Varint(3, 7)).Attribute(9, "d", new ProtoBody().Double(4, double.NaN))
                .Attribute(9, "l", list).Varint(10, 2)
            .Message(11, new ProtoBody().Fixed64(1, time).Text(2, "e").Attribute(3, "a", "b"))
                .Message(13, new ProtoBody().Bytes(1, trace).Bytes(2, id).Fixed32(6, 256))
            .Message(15, new ProtoBody().Text(2, "no").Varint(3, 2)).Fixed32(16, 257);
        var log = new ProtoBody().Fixed64(1, time).Varint(2, 13).Text(3, "warn").Message(5, list).Attribute(6, "exception.type", "X")
            .Fixed32(8, 1).Bytes(9, trace).Bytes(10, id).Fixed64(11, time);
        var number = new ProtoBody().Fixed64(2, time).Fixed64(3, time).Fixed64(6, 3).Attribute(7, "a", "b").Varint(8, 0);
        var histogram = new ProtoBody().Fixed64(3, time).Fixed64(4, 3).Double(5, 4)
            .Bytes(6, [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]).Double(7, 1).Double(11, 0).Double(12, 3);
        var exponential = new ProtoBody().Fixed64(2, time).Fixed64(3, time).Fixed64(4, 3).Double(5, 4).Varint(6, 1).Fixed64(7, 1)
            .Message(8, new ProtoBody().Varint(1, 3).Bytes(2, [1, 1]));
        var summary = new ProtoBody().Fixed64(3, time).Fixed64(4, 3).Double(5, 4).Message(6, new ProtoBody().Double(1, 0.5).Double(2, 2));
        var metrics = new[]
        {
            Metric("g").Message(5, new ProtoBody().Message(1, number)), Metric("s")
                .Message(7, new ProtoBody().Message(1, number).Varint(2, 1).Varint(3, 1)),
            Metric("h").Message(9, new ProtoBody().Message(1, histogram).Varint(2, 1)), Metric("e")
                .Message(10, new ProtoBody().Message(1, exponential).Varint(2, 2)),
            Metric("q").Message(11, new ProtoBody().Message(1, summary)),
        };
        return [(OtlpSignal.Traces, Request(span)), (OtlpSignal.Logs, Request(log)), (OtlpSignal.Metrics, Request(metrics))];
    }

    private static ProtoBody Metric(string name) => new ProtoBody().Text(1, name).Text(3, "By");

    private static byte[] Request(params ProtoBody[] records)
    {
        var scope = new ProtoBody().Message(1, new ProtoBody().Text(1, "lib"));
        foreach (var record in records)
        {
            scope.Message(2, record);
        }

        return new ProtoBody()
            .Message(1, new ProtoBody().Message(1, new ProtoBody().Attribute(1, "service.name", "shop")).Message(2, scope)).ToArray();
    }

    private static byte[] Filled(string json, ulong time) => Encoding.UTF8.GetBytes(json.Replace("TRACE", Trace, StringComparison.Ordinal)
        .Replace("\"SPAN\"", $"\"{Id}\"", StringComparison.Ordinal)
            .Replace("TIME", time.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
}
