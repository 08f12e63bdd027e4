using System.Text;
using System.Text.Json;

namespace Orion.Sink.Otlp;

/// <summary>Writes the answers OTLP asks for, in the request's own encoding.</summary>
internal static class OtlpAnswers
{
    private const string ProtobufType = "application/x-protobuf";
    private const string JsonType = "application/json";

    public static OtlpAnswer Ok(OtlpSignal signal, OtlpEncoding encoding, OtlpResult result)
    {
        var isWhole = result is { Rejected: 0, Message: null };
        if (encoding == OtlpEncoding.Protobuf)
        {
            return new OtlpAnswer(200, ProtobufType, isWhole ? [] : Partial(result), result, null);
        }

        var name = signal switch
        {
            OtlpSignal.Traces => "rejectedSpans",
            OtlpSignal.Logs => "rejectedLogRecords",
            _ => "rejectedDataPoints",
        };
        var partial = new Dictionary<string, string?> { [name] = $"{result.Rejected}", ["errorMessage"] = result.Message };
        var body = isWhole ? "{}" : JsonSerializer.Serialize(new { partialSuccess = partial });
        return new OtlpAnswer(200, JsonType, Encoding.UTF8.GetBytes(body), result, null);
    }

    /// <summary>A <c>google.rpc.Status</c>, in protobuf when the request is in neither encoding.</summary>
    public static OtlpAnswer Refused(int status, string? contentType, string error)
    {
        var code = CodeOf(status);
        if (IsOf(contentType, JsonType))
        {
            return new OtlpAnswer(status, JsonType, JsonSerializer.SerializeToUtf8Bytes(new { code, message = error }), null, error);
        }

        var message = new ProtobufWriter();
        message.Varint(1, (ulong)code);
        message.Text(2, error);
        return new OtlpAnswer(status, ProtobufType, message.Written.ToArray(), null, error);
    }

    /// <summary>The encoding a Content-Type header names; null when OTLP knows no such.</summary>
    public static OtlpEncoding? EncodingOf(string? contentType) =>
        !IsUtf8(contentType) ? null
        : IsOf(contentType, ProtobufType) ? OtlpEncoding.Protobuf
        : IsOf(contentType, JsonType) ? OtlpEncoding.Json
        : null;

    private static bool IsOf(string? contentType, string type) => (contentType ?? "").AsSpan().Split(';') is var parts && parts.MoveNext()
        && contentType.AsSpan(parts.Current).Trim().Equals(type, StringComparison.OrdinalIgnoreCase);

    private static bool IsUtf8(string? contentType) => (contentType ?? "").Split(';').Skip(1).Select(p => p.Split('=', 2))
        .All(p => !p[0].Trim().Equals("charset", StringComparison.OrdinalIgnoreCase) || p.Length == 2
            && p[1].Trim(' ', '"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    /// <summary>The code of google.rpc.Status that goes with an HTTP status (google/rpc/code.proto).</summary>
    private static int CodeOf(int status) => status switch
    {
        401 => 16,
        403 => 7,
        404 => 5,
        405 => 12,
        408 or 504 => 4,
        413 or 429 => 8,
        499 => 1,
        502 or 503 => 14,
        >= 500 => 13,
        _ => 3,
    };

    private static byte[] Partial(OtlpResult result)
    {
        var partial = new ProtobufWriter();
        if (result.Rejected > 0)
        {
            partial.Varint(1, (ulong)result.Rejected);
        }

        partial.Text(2, result.Message ?? "");
        var message = new ProtobufWriter();
        message.Bytes(1, partial.Written.Span);
        return message.Written.ToArray();
    }
}
