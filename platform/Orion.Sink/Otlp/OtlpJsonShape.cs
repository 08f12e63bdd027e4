namespace Orion.Sink.Otlp;

/// <summary>The members of the messages of OTLP (opentelemetry-proto 1.x) that are read here. Others are passed over, as the specification
/// asks.</summary>
internal sealed class OtlpJsonShape
{
    private const string SpanKinds = "SPAN_KIND_UNSPECIFIED SPAN_KIND_INTERNAL SPAN_KIND_SERVER SPAN_KIND_CLIENT "
        + "SPAN_KIND_PRODUCER SPAN_KIND_CONSUMER";
    private const string StatusCodes = "STATUS_CODE_UNSET STATUS_CODE_OK STATUS_CODE_ERROR";
    private const string Temporalities = "AGGREGATION_TEMPORALITY_UNSPECIFIED AGGREGATION_TEMPORALITY_DELTA "
        + "AGGREGATION_TEMPORALITY_CUMULATIVE";
    private const string Severities = "SEVERITY_NUMBER_UNSPECIFIED "
        + "SEVERITY_NUMBER_TRACE SEVERITY_NUMBER_TRACE2 SEVERITY_NUMBER_TRACE3 SEVERITY_NUMBER_TRACE4 "
        + "SEVERITY_NUMBER_DEBUG SEVERITY_NUMBER_DEBUG2 SEVERITY_NUMBER_DEBUG3 SEVERITY_NUMBER_DEBUG4 "
        + "SEVERITY_NUMBER_INFO SEVERITY_NUMBER_INFO2 SEVERITY_NUMBER_INFO3 SEVERITY_NUMBER_INFO4 "
        + "SEVERITY_NUMBER_WARN SEVERITY_NUMBER_WARN2 SEVERITY_NUMBER_WARN3 SEVERITY_NUMBER_WARN4 "
        + "SEVERITY_NUMBER_ERROR SEVERITY_NUMBER_ERROR2 SEVERITY_NUMBER_ERROR3 SEVERITY_NUMBER_ERROR4 "
        + "SEVERITY_NUMBER_FATAL SEVERITY_NUMBER_FATAL2 SEVERITY_NUMBER_FATAL3 SEVERITY_NUMBER_FATAL4";

    private static readonly OtlpJsonShape s_any = Any();
    private static readonly OtlpJsonShape s_attribute = Attribute(s_any);

    private static readonly OtlpJsonShape s_span = Of().Field(1, "traceId", OtlpJsonKind.Id).Field(2, "spanId", OtlpJsonKind.Id)
        .Field(3, "traceState", OtlpJsonKind.Text)
        .Field(4, "parentSpanId", OtlpJsonKind.Id).Field(5, "name", OtlpJsonKind.Text).Enum(6, "kind", SpanKinds)
            .Field(7, "startTimeUnixNano", OtlpJsonKind.Fixed64)
        .Field(8, "endTimeUnixNano", OtlpJsonKind.Fixed64).Repeated(9, "attributes", s_attribute)
            .Field(10, "droppedAttributesCount", OtlpJsonKind.UInt32)
        .Repeated(11, "events", Of().Field(1, "timeUnixNano", OtlpJsonKind.Fixed64).Field(2, "name", OtlpJsonKind.Text)
            .Repeated(3, "attributes", s_attribute)
            .Field(4, "droppedAttributesCount", OtlpJsonKind.UInt32))
        .Field(12, "droppedEventsCount", OtlpJsonKind.UInt32)
        .Repeated(13, "links", Of().Field(1, "traceId", OtlpJsonKind.Id).Field(2, "spanId", OtlpJsonKind.Id)
            .Field(3, "traceState", OtlpJsonKind.Text)
            .Repeated(4, "attributes", s_attribute).Field(5, "droppedAttributesCount", OtlpJsonKind.UInt32)
                .Field(6, "flags", OtlpJsonKind.Fixed32))
        .Field(14, "droppedLinksCount", OtlpJsonKind.UInt32)
        .Message(15, "status", Of().Field(2, "message", OtlpJsonKind.Text).Enum(3, "code", StatusCodes))
            .Field(16, "flags", OtlpJsonKind.Fixed32);

    private static readonly OtlpJsonShape s_log = Of().Field(1, "timeUnixNano", OtlpJsonKind.Fixed64)
        .Enum(2, "severityNumber", Severities).Field(3, "severityText", OtlpJsonKind.Text)
        .Message(5, "body", s_any).Repeated(6, "attributes", s_attribute).Field(7, "droppedAttributesCount", OtlpJsonKind.UInt32)
            .Field(8, "flags", OtlpJsonKind.Fixed32)
        .Field(9, "traceId", OtlpJsonKind.Id).Field(10, "spanId", OtlpJsonKind.Id)
            .Field(11, "observedTimeUnixNano", OtlpJsonKind.Fixed64).Field(12, "eventName", OtlpJsonKind.Text);

    private static readonly OtlpJsonShape s_side = Of().Field(1, "offset", OtlpJsonKind.ZigZag32)
        .Numbers(2, "bucketCounts", OtlpJsonKind.UInt64);

    private static readonly OtlpJsonShape s_exponential = Times().Repeated(1, "attributes", s_attribute)
        .Field(4, "count", OtlpJsonKind.Fixed64).Field(5, "sum", OtlpJsonKind.Double)
        .Field(6, "scale", OtlpJsonKind.ZigZag32).Field(7, "zeroCount", OtlpJsonKind.Fixed64).Message(8, "positive", s_side)
            .Message(9, "negative", s_side)
        .Field(10, "flags", OtlpJsonKind.UInt32).Field(12, "min", OtlpJsonKind.Double).Field(13, "max", OtlpJsonKind.Double)
            .Field(14, "zeroThreshold", OtlpJsonKind.Double);

    private static readonly OtlpJsonShape s_number = Times().Field(4, "asDouble", OtlpJsonKind.Double)
        .Field(6, "asInt", OtlpJsonKind.SignedFixed64)
        .Repeated(7, "attributes", s_attribute).Field(8, "flags", OtlpJsonKind.UInt32);

    private static readonly OtlpJsonShape s_histogram = Times().Field(4, "count", OtlpJsonKind.Fixed64).Field(5, "sum", OtlpJsonKind.Double)
        .Numbers(6, "bucketCounts", OtlpJsonKind.Fixed64).Numbers(7, "explicitBounds", OtlpJsonKind.Double)
            .Repeated(9, "attributes", s_attribute)
        .Field(10, "flags", OtlpJsonKind.UInt32).Field(11, "min", OtlpJsonKind.Double).Field(12, "max", OtlpJsonKind.Double);

    private static readonly OtlpJsonShape s_summary = Times().Field(4, "count", OtlpJsonKind.Fixed64).Field(5, "sum", OtlpJsonKind.Double)
        .Repeated(6, "quantileValues", Of().Field(1, "quantile", OtlpJsonKind.Double).Field(2, "value", OtlpJsonKind.Double))
            .Repeated(7, "attributes", s_attribute)
        .Field(8, "flags", OtlpJsonKind.UInt32);

    private static readonly OtlpJsonShape s_metric = Of().Field(1, "name", OtlpJsonKind.Text).Field(2, "description", OtlpJsonKind.Text)
        .Field(3, "unit", OtlpJsonKind.Text)
        .Message(5, "gauge", Points(s_number)).Message(7, "sum", Points(s_number).Enum(2, "aggregationTemporality", Temporalities)
            .Field(3, "isMonotonic", OtlpJsonKind.Bool))
        .Message(9, "histogram", Points(s_histogram).Enum(2, "aggregationTemporality", Temporalities))
        .Message(10, "exponentialHistogram", Points(s_exponential).Enum(2, "aggregationTemporality", Temporalities))
            .Message(11, "summary", Points(s_summary));

    private readonly List<OtlpJsonField> _fields = [];

    private OtlpJsonShape()
    {
    }

    /// <summary>The one shape that may lie within itself.</summary>
    public static OtlpJsonShape AnyValue => s_any;

    public static OtlpJsonShape Traces { get; } = Request("resourceSpans", "scopeSpans", "spans", s_span);

    public static OtlpJsonShape Logs { get; } = Request("resourceLogs", "scopeLogs", "logRecords", s_log);

    public static OtlpJsonShape Metrics { get; } = Request("resourceMetrics", "scopeMetrics", "metrics", s_metric);

    /// <summary>The request of that signal.</summary>
    public static OtlpJsonShape Of(OtlpSignal signal) => signal switch
    {
        OtlpSignal.Traces => Traces,
        OtlpSignal.Logs => Logs,
        _ => Metrics,
    };

    /// <summary>The member of that name; null when it is not known here.</summary>
    public OtlpJsonField? Find(ReadOnlySpan<byte> name)
    {
        foreach (var field in _fields)
        {
            if (field.IsCalled(name))
            {
                return field;
            }
        }

        return null;
    }

    private static OtlpJsonShape Of() => new();

    private static OtlpJsonShape Any()
    {
        var any = Of();
        return any.Field(1, "stringValue", OtlpJsonKind.Text).Field(2, "boolValue", OtlpJsonKind.Bool)
            .Field(3, "intValue", OtlpJsonKind.Int64).Field(4, "doubleValue", OtlpJsonKind.Double)
            .Message(5, "arrayValue", Of().Repeated(1, "values", any)).Message(6, "kvlistValue", Of()
                .Repeated(1, "values", Attribute(any))).Field(7, "bytesValue", OtlpJsonKind.Base64);
    }

    private static OtlpJsonShape Attribute(OtlpJsonShape any) => Of().Field(1, "key", OtlpJsonKind.Text).Message(2, "value", any);

    private static OtlpJsonShape Times() => Of().Field(2, "startTimeUnixNano", OtlpJsonKind.Fixed64)
        .Field(3, "timeUnixNano", OtlpJsonKind.Fixed64);

    private static OtlpJsonShape Points(OtlpJsonShape point) => Of().Repeated(1, "dataPoints", point);

    private static OtlpJsonShape Request(string resources, string scopes, string records, OtlpJsonShape record)
    {
        var resource = Of().Repeated(1, "attributes", s_attribute).Field(2, "droppedAttributesCount", OtlpJsonKind.UInt32);
        var scope = Of().Field(1, "name", OtlpJsonKind.Text).Field(2, "version", OtlpJsonKind.Text)
            .Repeated(3, "attributes", s_attribute).Field(4, "droppedAttributesCount", OtlpJsonKind.UInt32);
        return Of().Repeated(1, resources, Of().Message(1, "resource", resource).Repeated(2, scopes, Of().Message(1, "scope", scope)
            .Repeated(2, records, record).Field(3, "schemaUrl", OtlpJsonKind.Text))
            .Field(3, "schemaUrl", OtlpJsonKind.Text));
    }

    private OtlpJsonShape Field(int number, string name, OtlpJsonKind kind) =>
        Add(new OtlpJsonField(number, name, kind, repeated: false, message: null, values: null));

    private OtlpJsonShape Enum(int number, string name, string values) =>
        Add(new OtlpJsonField(number, name, OtlpJsonKind.Enum, repeated: false, message: null, values));

    private OtlpJsonShape Numbers(int number, string name, OtlpJsonKind kind) =>
        Add(new OtlpJsonField(number, name, kind, repeated: true, message: null, values: null));

    private OtlpJsonShape Message(int number, string name, OtlpJsonShape message) =>
        Add(new OtlpJsonField(number, name, OtlpJsonKind.Message, repeated: false, message, values: null));

    private OtlpJsonShape Repeated(int number, string name, OtlpJsonShape message) =>
        Add(new OtlpJsonField(number, name, OtlpJsonKind.Message, repeated: true, message, values: null));

    private OtlpJsonShape Add(OtlpJsonField field)
    {
        _fields.Add(field);
        return this;
    }
}
