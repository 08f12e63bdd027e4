using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Orion.Sink.Otlp;

namespace OrionPlatform.Services.Tests;

/// <summary>Requests to the ingest.</summary>
internal static class OtlpCalls
{
    public static HttpRequestMessage Request(OtlpSignal signal, byte[] body, bool json, bool gzip = false,
        string? key = ServiceSecrets.OtlpKey)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"otlp/v1/{signal.ToString().ToLowerInvariant()}")
        {
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new(json ? "application/json" : "application/x-protobuf");
        if (gzip)
        {
            request.Content.Headers.ContentEncoding.Add("gzip");
        }

        if (key is not null)
        {
            request.Headers.Add("x-otlp-api-key", key);
        }

        return request;
    }

    /// <summary>Sends JSON; gives the answer's status and what it says.</summary>
    public static async Task<(int Status, JsonElement Answer)> SendAsync(this ApiUnderTest api, OtlpSignal signal, string json)
    {
        using var answer = await api.Client().SendAsync(Request(signal, Encoding.UTF8.GetBytes(json), json: true));
        return ((int)answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement);
    }

    /// <summary>What a partial success says; null when all is well.</summary>
    public static string? Told(this JsonElement answer) =>
        answer.TryGetProperty("partialSuccess", out var partial) ? partial.GetProperty("errorMessage").GetString() : null;

    /// <summary>A request with that log record, in JSON.</summary>
    public static string Logs(string records) => """{"resourceLogs":[{"scopeLogs":[{"logRecords":[RECORDS]}]}]}"""
        .Replace("RECORDS", records, StringComparison.Ordinal);

    /// <summary>A request with one log record that says so.</summary>
    public static byte[] Log(string message) => Encoding.UTF8.GetBytes(Logs($$$"""{"body":{"stringValue":"{{{message}}}"}}"""));

    /// <summary>A request with that inner span, in JSON, that begins now and lasts a millisecond unless it says otherwise.</summary>
    public static string Span(string traceId, string members, string? start = null, string? end = null)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        start ??= string.Create(CultureInfo.InvariantCulture, $"{now - 1}000000");
        end ??= string.Create(CultureInfo.InvariantCulture, $"{now}000000");
        return $$$"""
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"spans":[
            {"traceId":"{{{traceId}}}","spanId":"eee19b7ec3c1b174","parentSpanId":"eee19b7ec3c1b17a","name":"work",
            """ + $$$"""
            "startTimeUnixNano":"{{{start}}}","endTimeUnixNano":"{{{end}}}"{{{(members.Length == 0 ? "" : "," + members)}}} }]}]}]}
            """;
    }

    public static byte[] Packed(byte[] body, int flushAt = -1)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            if (flushAt >= 0)
            {
                gzip.Write(body.AsSpan(0, flushAt));
                gzip.Flush();
            }

            gzip.Write(body.AsSpan(Math.Max(0, flushAt)));
        }

        return packed.ToArray();
    }
}
