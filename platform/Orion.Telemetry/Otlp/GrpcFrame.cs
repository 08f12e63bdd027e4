using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;

namespace Orion.Telemetry.Otlp;

/// <summary>
/// One unary gRPC call over HTTP/2, as far as an OTLP export needs it: a message in a frame there, a status in the trailers back.
/// </summary>
internal static class GrpcFrame
{
    private const int HeaderLength = 5;

    /// <summary>Path of a signal's export service.</summary>
    public static string Path(string signal) => "/opentelemetry.proto.collector." + signal switch
    {
        "traces" => "trace.v1.TraceService/Export",
        "metrics" => "metrics.v1.MetricsService/Export",
        _ => "logs.v1.LogsService/Export",
    };

    /// <summary>Makes the request a call with that message.</summary>
    public static void Put(HttpRequestMessage request, ReadOnlySpan<byte> message, bool compressed)
    {
        var frame = new byte[HeaderLength + message.Length];
        frame[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(HeaderLength));
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Content = new ByteArrayContent(frame) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (compressed)
        {
            request.Headers.Add("grpc-encoding", "gzip");
        }
    }

    /// <summary>The call's answer as OTLP over HTTP would have given it: with the codes that the exporter knows to retry or not.</summary>
    public static async Task<HttpResponseMessage> AnswerAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        using (answer)
        {
            // Trailers are there only once the body has been read.
            var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            var status = Status(answer.TrailingHeaders) ?? Status(answer.Headers);
            var code = answer.StatusCode != HttpStatusCode.OK ? answer.StatusCode : status switch
            {
                "0" => HttpStatusCode.OK,
                "1" or "4" or "10" or "11" or "14" or "15" => HttpStatusCode.ServiceUnavailable,
                "8" => HttpStatusCode.TooManyRequests,
                "16" => HttpStatusCode.Unauthorized,
                _ => HttpStatusCode.BadRequest,
            };
            return new HttpResponseMessage(code)
            {
                RequestMessage = answer.RequestMessage,
                Content = new ByteArrayContent(body.Length > HeaderLength && body[0] == 0 ? body[HeaderLength..] : []),
            };
        }
    }

    private static string? Status(HttpResponseHeaders headers) =>
        headers.TryGetValues("grpc-status", out var values) ? values.FirstOrDefault() : null;
}
