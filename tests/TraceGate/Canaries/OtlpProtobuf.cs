using System.Text;
using System.Text.Json;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>
/// Writes an export request, made as OTLP's JSON, as OTLP's protobuf: field numbers and types as in opentelemetry-proto v1.
/// </summary>
internal sealed class OtlpProtobuf
{
    private static readonly OtlpProtobuf s_any = new();
    private static readonly OtlpProtobuf s_pair = new OtlpProtobuf().With("key", 1, Text).With("value", 2, s_any.In);
    private static readonly OtlpProtobuf s_values = new OtlpProtobuf().With("values", 1, s_any.In);
    private static readonly OtlpProtobuf s_pairs = new OtlpProtobuf().With("values", 1, s_pair.In);
    private static readonly OtlpProtobuf s_resource = new OtlpProtobuf().With("attributes", 1, s_pair.In);
    private static readonly OtlpProtobuf s_scope = new OtlpProtobuf().With("name", 1, Text).With("version", 2, Text);
    private static readonly OtlpProtobuf s_event = new OtlpProtobuf().With("timeUnixNano", 1, Fixed64).With("name", 2, Text)
        .With("attributes", 3, s_pair.In);
    private static readonly OtlpProtobuf s_link = new OtlpProtobuf().With("traceId", 1, Hex).With("spanId", 2, Hex)
        .With("traceState", 3, Text).With("attributes", 4, s_pair.In);
    private static readonly OtlpProtobuf s_status = new OtlpProtobuf().With("message", 2, Text).With("code", 3, Varint);
    private static readonly OtlpProtobuf s_span = new OtlpProtobuf()
        .With("traceId", 1, Hex).With("spanId", 2, Hex).With("traceState", 3, Text).With("name", 5, Text).With("kind", 6, Varint)
        .With("startTimeUnixNano", 7, Fixed64).With("endTimeUnixNano", 8, Fixed64).With("attributes", 9, s_pair.In)
        .With("events", 11, s_event.In).With("links", 13, s_link.In).With("status", 15, s_status.In);
    private static readonly OtlpProtobuf s_log = new OtlpProtobuf()
        .With("timeUnixNano", 1, Fixed64).With("severityNumber", 2, Varint).With("severityText", 3, Text).With("body", 5, s_any.In)
        .With("attributes", 6, s_pair.In).With("eventName", 12, Text);
    private static readonly OtlpProtobuf s_point = new OtlpProtobuf().With("timeUnixNano", 3, Fixed64).With("asDouble", 4, Double)
        .With("attributes", 7, s_pair.In);
    private static readonly OtlpProtobuf s_metric = new OtlpProtobuf()
        .With("name", 1, Text).With("description", 2, Text).With("unit", 3, Text)
            .With("gauge", 5, new OtlpProtobuf().With("dataPoints", 1, s_point.In).In);
    private static readonly OtlpProtobuf s_request = new OtlpProtobuf()
        .With("resourceSpans", 1, Resources("scopeSpans", "spans", s_span))
            .With("resourceLogs", 1, Resources("scopeLogs", "logRecords", s_log))
        .With("resourceMetrics", 1, Resources("scopeMetrics", "metrics", s_metric));

    private readonly Dictionary<string, (int Number, Write Write)> _fields = [];

    static OtlpProtobuf() => s_any
        .With("stringValue", 1, Text).With("intValue", 3, Varint).With("arrayValue", 5, s_values.In).With("kvlistValue", 6, s_pairs.In)
            .With("bytesValue", 7, Base64);

    private delegate void Write(int field, JsonElement value, BinaryWriter to);

    /// <summary>The request as protobuf. A member that no message here has fails: nothing is left out unseen.</summary>
    public static byte[] Of(object request) => s_request.Bytes(JsonSerializer.SerializeToElement(request));

    private static Write Resources(string scopes, string records, OtlpProtobuf record) => new OtlpProtobuf()
        .With("resource", 1, s_resource.In)
        .With(scopes, 2, new OtlpProtobuf().With("scope", 1, s_scope.In).With(records, 2, record.In).In)
        .With("schemaUrl", 3, Text).In;

    private OtlpProtobuf With(string name, int number, Write write)
    {
        _fields.Add(name, (number, write));
        return this;
    }

    private byte[] Bytes(JsonElement message)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        foreach (var member in message.EnumerateObject())
        {
            var (number, write) = _fields[member.Name];
            JsonElement[] values = member.Value.ValueKind == JsonValueKind.Array ? [.. member.Value.EnumerateArray()] : [member.Value];
            foreach (var value in values)
            {
                write(number, value, writer);
            }
        }

        return bytes.ToArray();
    }

    private void In(int field, JsonElement value, BinaryWriter to) => Delimited(field, Bytes(value), to);

    private static void Text(int field, JsonElement value, BinaryWriter to) =>
        Delimited(field, Encoding.UTF8.GetBytes(value.GetString()!), to);

    private static void Hex(int field, JsonElement value, BinaryWriter to) =>
        Delimited(field, Convert.FromHexString(value.GetString()!), to);

    private static void Base64(int field, JsonElement value, BinaryWriter to) => Delimited(field, value.GetBytesFromBase64(), to);

    private static void Varint(int field, JsonElement value, BinaryWriter to)
    {
        Tag(field, 0, to);
        to.Write7BitEncodedInt64(value.ValueKind == JsonValueKind.String ? long.Parse(value.GetString()!) : value.GetInt64());
    }

    private static void Fixed64(int field, JsonElement value, BinaryWriter to)
    {
        Tag(field, 1, to);
        to.Write(ulong.Parse(value.GetString()!));
    }

    private static void Double(int field, JsonElement value, BinaryWriter to)
    {
        Tag(field, 1, to);
        to.Write(value.GetDouble());
    }

    private static void Delimited(int field, byte[] bytes, BinaryWriter to)
    {
        Tag(field, 2, to);
        to.Write7BitEncodedInt(bytes.Length);
        to.Write(bytes);
    }

    private static void Tag(int field, int wire, BinaryWriter to) => to.Write7BitEncodedInt((field << 3) | wire);
}
