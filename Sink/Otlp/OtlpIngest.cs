using System.Text.Json;

namespace OrionPlatform.Sink;

/// <summary>
/// The receiving end of OTLP over HTTP: decodes export requests into rows and hands them to the sink. Span rows whose attributes
/// carry <c>orion.line.kind</c> become canonical lines.
/// </summary>
public sealed class OtlpIngest
{
    /// <summary>Largest body taken, after decompression: 64 MiB, as the specification recommends.</summary>
    public const int MaxBodyBytes = 64 * 1024 * 1024;

    private readonly TelemetrySink _sink;
    private readonly OtlpMetricRows _metrics;

    /// <summary>An ingest that hands its rows to <paramref name="sink"/>. One for the whole process: it remembers the totals that senders of metrics sent before.</summary>
    public OtlpIngest(TelemetrySink sink)
    {
        _sink = sink;
        _metrics = new OtlpMetricRows(sink.NowNanos);
    }

    /// <summary>Reads, decodes and hands over one request, and says how to answer it by OTLP's rules (400, 413, 415, partial success).</summary>
    /// <param name="signal">What the URL says it is.</param>
    /// <param name="contentType">The <c>Content-Type</c> header.</param>
    /// <param name="contentEncoding">The <c>Content-Encoding</c> header: none, <c>identity</c> or <c>gzip</c>.</param>
    /// <param name="body">The request's body, as it came.</param>
    /// <param name="cancellationToken">Ends the reading when the client has gone.</param>
    public async Task<OtlpAnswer> HandleAsync(OtlpSignal signal, string? contentType, string? contentEncoding, Stream body, CancellationToken cancellationToken = default)
    {
        if (OtlpAnswers.EncodingOf(contentType) is not { } encoding)
        {
            return OtlpAnswers.Refused(415, OtlpEncoding.Protobuf, $"Content-Type must be application/x-protobuf or application/json, not '{contentType}'.");
        }

        var gzip = string.Equals(contentEncoding, "gzip", StringComparison.OrdinalIgnoreCase);
        if (!gzip && !string.IsNullOrEmpty(contentEncoding) && !contentEncoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return OtlpAnswers.Refused(415, encoding, $"Content-Encoding must be gzip or identity, not '{contentEncoding}'.");
        }

        try
        {
            return await OtlpBody.ReadAsync(body, gzip, MaxBodyBytes, cancellationToken) is { } bytes
                ? OtlpAnswers.Ok(signal, encoding, Accept(signal, encoding, bytes))
                : OtlpAnswers.Refused(413, encoding, $"The body is larger than {MaxBodyBytes} bytes, decompressed.");
        }
        catch (OtlpFormatException exception)
        {
            return OtlpAnswers.Refused(400, encoding, exception.Message);
        }
    }

    /// <summary>Decodes and hands over one request's body.</summary>
    /// <exception cref="OtlpFormatException">The body is malformed; nothing of it was stored.</exception>
    public OtlpResult Accept(OtlpSignal signal, OtlpEncoding encoding, ReadOnlyMemory<byte> body) => encoding == OtlpEncoding.Json
        ? WithJson(body, json => signal switch
        {
            OtlpSignal.Traces => Spans(OtlpJsonTraces.Read(json)),
            OtlpSignal.Logs => Logs(OtlpJsonLogs.Read(json)),
            _ => Metrics(OtlpJsonMetrics.Read(json)),
        })
        : signal switch
        {
            OtlpSignal.Traces => Spans(Collect<OtlpSource, OtlpSpan>(found => OtlpProtoTraces.Read(body.Span, found))),
            OtlpSignal.Logs => Logs(Collect<OtlpSource, OtlpLog>(found => OtlpProtoLogs.Read(body.Span, found))),
            _ => Metrics(Collect<OtlpMetric, OtlpPoint>(found => OtlpProtoMetrics.Read(body.Span, found))),
        };

    private static OtlpResult WithJson(ReadOnlyMemory<byte> body, Func<JsonElement, OtlpResult> read)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return read(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new OtlpFormatException($"The body is not JSON: {exception.Message}", exception);
        }
    }

    private static List<(TAbout, TRecord)> Collect<TAbout, TRecord>(Action<Action<TAbout, TRecord>> read)
    {
        var all = new List<(TAbout, TRecord)>();
        read((about, record) => all.Add((about, record)));
        return all;
    }

    // In all three, everything is decoded before anything is handed over: a body that turns out malformed leaves nothing behind.
    private OtlpResult Metrics(IEnumerable<(OtlpMetric Metric, OtlpPoint Point)> decoded)
    {
        var now = _sink.NowNanos;
        var points = decoded.ToList();
        var (rejected, why) = (0, (string?)null);
        foreach (var (metric, point) in points)
        {
            var rows = _metrics.Rows(metric, point, now, out var problem);
            foreach (var row in rows)
            {
                _sink.Metrics.TryRecord(row);
            }

            if (problem is not null)
            {
                (rejected, why) = (rejected + 1, problem);
            }
        }

        return new OtlpResult(points.Count - rejected, rejected, why);
    }

    private OtlpResult Spans(IEnumerable<(OtlpSource Source, OtlpSpan Span)> decoded)
    {
        var rows = new List<SpanRow>();
        var (rejected, why) = (0, (string?)null);
        foreach (var (source, span) in decoded)
        {
            if (OtlpRows.Span(source.Service, span, out var problem) is { } row)
            {
                rows.Add(row);
            }
            else
            {
                (rejected, why) = (rejected + 1, problem);
            }
        }

        rows.ForEach(_sink.Record);
        return new OtlpResult(rows.Count, rejected, why);
    }

    private OtlpResult Logs(IEnumerable<(OtlpSource Source, OtlpLog Log)> decoded)
    {
        var now = _sink.NowNanos;
        var rows = decoded.Select(d => OtlpRows.Log(d.Source.Service, d.Source.Scope, d.Log, now)).ToList();
        rows.ForEach(_sink.Record);
        return new OtlpResult(rows.Count, 0, null);
    }
}
