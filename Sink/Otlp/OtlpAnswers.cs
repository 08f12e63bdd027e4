using System.Text;
using System.Text.Json;

namespace OrionPlatform.Sink;

/// <summary>Writes the answers OTLP asks for, in the request's own encoding.</summary>
internal static class OtlpAnswers
{
    private const string ProtobufType = "application/x-protobuf";
    private const string JsonType = "application/json";

    // Codes of google.rpc.Status.
    private const int InvalidArgument = 3;
    private const int ResourceExhausted = 8;

    public static OtlpAnswer Ok(OtlpSignal signal, OtlpEncoding encoding, OtlpResult result)
    {
        if (encoding == OtlpEncoding.Protobuf)
        {
            return new OtlpAnswer(200, ProtobufType, result is { Rejected: 0, Message: null } ? [] : Field(1, [8, .. Varint((ulong)result.Rejected), .. Field(2, Encoding.UTF8.GetBytes(result.Message ?? ""))]), result, null);
        }

        var name = signal switch
        {
            OtlpSignal.Traces => "rejectedSpans",
            OtlpSignal.Logs => "rejectedLogRecords",
            _ => "rejectedDataPoints",
        };
        var body = result is { Rejected: 0, Message: null } ? "{}" : JsonSerializer.Serialize(new { partialSuccess = new Dictionary<string, string?> { [name] = $"{result.Rejected}", ["errorMessage"] = result.Message } });
        return new OtlpAnswer(200, JsonType, Encoding.UTF8.GetBytes(body), result, null);
    }

    public static OtlpAnswer Refused(int status, OtlpEncoding encoding, string error)
    {
        var code = status == 413 ? ResourceExhausted : InvalidArgument;
        return encoding == OtlpEncoding.Json
            ? new OtlpAnswer(status, JsonType, Encoding.UTF8.GetBytes($$"""{"code":{{code}},"message":{{JsonSerializer.Serialize(error)}}}"""), null, error)
            : new OtlpAnswer(status, ProtobufType, [8, (byte)code, .. Field(2, Encoding.UTF8.GetBytes(error))], null, error);
    }

    /// <summary>The encoding a Content-Type header names; null when OTLP knows no such.</summary>
    public static OtlpEncoding? EncodingOf(string? contentType)
    {
        var type = (contentType ?? "").Split(';')[0].Trim();
        return type.Equals(ProtobufType, StringComparison.OrdinalIgnoreCase) ? OtlpEncoding.Protobuf
            : type.Equals(JsonType, StringComparison.OrdinalIgnoreCase) ? OtlpEncoding.Json : null;
    }

    private static byte[] Field(int number, byte[] value) => [(byte)((number << 3) | 2), .. Varint((ulong)value.Length), .. value];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }
}
