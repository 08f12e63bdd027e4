using System.IO.Compression;
using System.Net.Http.Headers;

namespace OrionPlatform.ServiceDefaults;

/// <summary>
/// The exporter's way out: takes its request, cleans the body, sends that over the exporter's own client (with its certificates and timeout), and counts
/// what became of its rows. A body that cannot be read is not sent: the exporter takes it as failed.
/// </summary>
internal sealed class CleanExport(OtlpTarget target, WireGate gate, ExportCount? count, HttpClient client) : HttpMessageHandler
{
    /// <summary>The SDK exports on threads of its own, which may wait.</summary>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var clean = Cleaned(request, Read(request.Content!.ReadAsStream(cancellationToken)), out var rows);
        HttpResponseMessage? answer = null;
        try
        {
            answer = target.Grpc
                ? SendCallAsync(clean, cancellationToken).GetAwaiter().GetResult()
                : client.Send(clean, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return answer;
        }
        finally
        {
            Count(rows, answer);
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var clean = Cleaned(request, Read(await request.Content!.ReadAsStreamAsync(cancellationToken)), out var rows);
        HttpResponseMessage? answer = null;
        try
        {
            answer = target.Grpc ? await SendCallAsync(clean, cancellationToken) : await client.SendAsync(clean, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return answer;
        }
        finally
        {
            Count(rows, answer);
        }
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
        await GrpcFrame.AnswerAsync(await client.SendAsync(call, HttpCompletionOption.ResponseHeadersRead, cancellationToken), cancellationToken);

    /// <summary>What the exporter will send again is not settled yet.</summary>
    private void Count(int rows, HttpResponseMessage? answer)
    {
        if (answer?.IsSuccessStatusCode == true || !target.Retries)
        {
            count?.Settled(rows, answer?.IsSuccessStatusCode == true);
        }
    }

    private HttpRequestMessage Cleaned(HttpRequestMessage request, ReadOnlySpan<byte> export, out int rows)
    {
        (var body, rows) = gate.Clean(export, target.Shape);
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
            clean.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-protobuf") } };
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
