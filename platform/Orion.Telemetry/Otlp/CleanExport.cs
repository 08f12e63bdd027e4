using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Orion.Sink.Otlp;

namespace Orion.Telemetry.Otlp;

/// <summary>
/// The exporter's way out: takes its request, cleans the body, sends that over the exporter's own client (with its certificates and
/// timeout), and counts what became of its rows, by what the receiver answers. A body that cannot be read is not sent: the exporter takes
/// it as failed.
/// </summary>
internal sealed class CleanExport(
    OtlpTarget target, WireRedactor redactor, ExportAccounts accounts, ExportCount? count, HttpClient client) : HttpMessageHandler
{
    // The exporter takes it for final.
    private const HttpStatusCode NotAgain = HttpStatusCode.BadRequest;

    /// <summary>The SDK exports on threads of its own, which may wait.</summary>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var clean = Cleaned(request, Read(request.Content!.ReadAsStream(cancellationToken)), out var rows);
        HttpResponseMessage? answer = null;
        try
        {
            answer = target.Grpc
                ? SendCallAsync(clean, cancellationToken).GetAwaiter().GetResult()
                : client.Send(clean, cancellationToken);
        }
        catch (HttpRequestException) when (accounts.IsClosing)
        {
            // Answered below.
        }
        finally
        {
            Count(rows, answer);
        }

        return Final(answer);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var clean = Cleaned(request, Read(await request.Content!.ReadAsStreamAsync(cancellationToken)), out var rows);
        HttpResponseMessage? answer = null;
        try
        {
            answer = target.Grpc ? await SendCallAsync(clean, cancellationToken) : await client.SendAsync(clean, cancellationToken);
        }
        catch (HttpRequestException) when (accounts.IsClosing)
        {
            // Answered below.
        }
        finally
        {
            Count(rows, answer);
        }

        return Final(answer);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            client.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<HttpResponseMessage> SendCallAsync(HttpRequestMessage call, CancellationToken cancellationToken) =>
        await GrpcFrame.AnswerAsync(await client.SendAsync(call, cancellationToken), cancellationToken);

    /// <summary>What the exporter gets to see: while the process ends, no failure that it would wait for and send again.</summary>
    private HttpResponseMessage Final(HttpResponseMessage? answer)
    {
        if (answer is not { IsSuccessStatusCode: true } && accounts.IsClosing)
        {
            answer?.Dispose();
            return new HttpResponseMessage(NotAgain);
        }

        return answer!;
    }

    /// <summary>What the exporter will send again is not settled yet.</summary>
    private void Count(int rows, HttpResponseMessage? answer)
    {
        if (answer is { IsSuccessStatusCode: true })
        {
            count?.Settled(rows, Math.Min(rows, Rejected(answer)));
        }
        else if (!target.Retries || accounts.IsClosing)
        {
            count?.Settled(rows, rows);
        }
    }

    /// <summary>
    /// Rows that a partial success names as rejected: field 1 of its field 1, for every signal (OTLP 1.0). An answer of another kind names
    /// none.
    /// </summary>
    private static int Rejected(HttpResponseMessage answer)
    {
        var rejected = 0L;
        try
        {
            var response = new ProtobufReader(Read(answer.Content.ReadAsStream()));
            while (response.Next())
            {
                var partial = new ProtobufReader(response is { Field: 1, Wire: 2 } ? response.Content : []);
                while (partial.Next())
                {
                    rejected = partial is { Field: 1, Wire: 0 } ? (long)partial.Varint() : rejected;
                }
            }
        }
        catch (OtlpFormatException)
        {
            return 0;
        }

        return (int)Math.Clamp(rejected, 0, int.MaxValue);
    }

    private HttpRequestMessage Cleaned(HttpRequestMessage request, ReadOnlySpan<byte> export, out int rows)
    {
        (var body, rows) = redactor.Clean(export, target.Shape);
        if (target.Compressed)
        {
            body = Compress(body.Span);
        }

        var clean = new HttpRequestMessage(request.Method, target.Endpoint);
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            clean.Headers.TryAddWithoutValidation(name, values);
        }

        if (target.Grpc)
        {
            GrpcFrame.Put(clean, body.Span, target.Compressed);
        }
        else
        {
            clean.Content = new ReadOnlyMemoryContent(body)
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/x-protobuf") },
            };
            if (target.Compressed)
            {
                clean.Content.Headers.ContentEncoding.Add("gzip");
            }
        }

        return clean;
    }

    private static ReadOnlySpan<byte> Read(Stream stream)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.GetBuffer().AsSpan(0, (int)copy.Length);
    }

    private static byte[] Compress(ReadOnlySpan<byte> body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(body);
        }

        return packed.ToArray();
    }
}
