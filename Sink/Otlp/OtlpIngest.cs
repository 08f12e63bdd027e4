namespace OrionPlatform.Sink;

/// <summary>
/// The receiving end of OTLP over HTTP: decodes export requests into rows and hands them to the sink. Span rows whose attributes
/// carry <c>orion.line.kind</c> become canonical lines.
/// </summary>
public sealed class OtlpIngest
{
    /// <summary>Largest body taken, after decompression: 64 MiB, as the specification recommends.</summary>
    public const int MaxBodyBytes = 64 * 1024 * 1024;

    /// <summary>An ingest that hands its rows to <paramref name="sink"/>.</summary>
    public OtlpIngest(TelemetrySink sink) => throw new NotSupportedException();

    /// <summary>Reads, decodes and hands over one request, and says how to answer it by OTLP's rules (400, 413, 415, partial success).</summary>
    /// <param name="signal">What the URL says it is.</param>
    /// <param name="contentType">The <c>Content-Type</c> header.</param>
    /// <param name="contentEncoding">The <c>Content-Encoding</c> header: none, <c>identity</c> or <c>gzip</c>.</param>
    /// <param name="body">The request's body, as it came.</param>
    /// <param name="cancellationToken">Ends the reading when the client has gone.</param>
    public Task<OtlpAnswer> HandleAsync(OtlpSignal signal, string? contentType, string? contentEncoding, Stream body, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Decodes and hands over one request's body.</summary>
    /// <exception cref="OtlpFormatException">The body is malformed; nothing of it was stored.</exception>
    public OtlpResult Accept(OtlpSignal signal, OtlpEncoding encoding, ReadOnlyMemory<byte> body) => throw new NotSupportedException();
}
