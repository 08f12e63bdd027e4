using System.Text.Json;

namespace OrionPlatform.Sink;

/// <summary>
/// The receiving end of OTLP over HTTP: decodes export requests into rows, as they came, and says how to answer. Span rows whose
/// attributes carry <c>orion.line.kind</c> are canonical lines.
/// </summary>
public sealed class OtlpIngest
{
    /// <summary>Largest body taken, after decompression: 64 MiB, as the specification recommends.</summary>
    public const int MaxBodyBytes = 64 * 1024 * 1024;

    private readonly TimeProvider _time;
    private readonly OtlpMetricRows _metrics;

    /// <summary>One for the whole process: it remembers the totals that senders of metrics sent before.</summary>
    public OtlpIngest(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _metrics = new OtlpMetricRows(Now);
    }

    private long Now => UnixTime.Nanos(_time.GetUtcNow());

    /// <summary>Reads and decodes one request, and says how to answer it by OTLP's rules (400, 413, 415, partial success); no rows come with a refusal.</summary>
    /// <param name="signal">What the URL says it is.</param>
    /// <param name="contentType">The <c>Content-Type</c> header.</param>
    /// <param name="contentEncoding">The <c>Content-Encoding</c> header: none, <c>identity</c> or <c>gzip</c>.</param>
    /// <param name="body">The request's body, as it came.</param>
    /// <param name="cancellationToken">Ends the reading when the client has gone.</param>
    public async Task<(OtlpAnswer Answer, OtlpRowBatch Rows)> ReadAsync(OtlpSignal signal, string? contentType, string? contentEncoding, Stream body, CancellationToken cancellationToken = default)
    {
        if (OtlpAnswers.EncodingOf(contentType) is not { } encoding)
        {
            return Refused(415, OtlpEncoding.Protobuf, $"Content-Type must be application/x-protobuf or application/json, not '{contentType}'.");
        }

        var gzip = string.Equals(contentEncoding, "gzip", StringComparison.OrdinalIgnoreCase);
        if (!gzip && !string.IsNullOrEmpty(contentEncoding) && !contentEncoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return Refused(415, encoding, $"Content-Encoding must be gzip or identity, not '{contentEncoding}'.");
        }

        try
        {
            if (await OtlpBody.ReadAsync(body, gzip, MaxBodyBytes, cancellationToken) is not { } bytes)
            {
                return Refused(413, encoding, $"The body is larger than {MaxBodyBytes} bytes, decompressed.");
            }

            var rows = Read(signal, encoding, bytes);
            return (OtlpAnswers.Ok(signal, encoding, rows.Result), rows);
        }
        catch (OtlpFormatException exception)
        {
            return Refused(400, encoding, exception.Message);
        }
    }

    /// <summary>Decodes one request's body.</summary>
    /// <exception cref="OtlpFormatException">The body is malformed; there is nothing of it to be stored.</exception>
    public OtlpRowBatch Read(OtlpSignal signal, OtlpEncoding encoding, ReadOnlyMemory<byte> body) => encoding == OtlpEncoding.Json
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

    private static OtlpRowBatch WithJson(ReadOnlyMemory<byte> body, Func<JsonElement, OtlpRowBatch> read)
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

    private static (OtlpAnswer Answer, OtlpRowBatch Rows) Refused(int status, OtlpEncoding encoding, string message) =>
        (OtlpAnswers.Refused(status, encoding, message), OtlpRowBatch.None);

    private OtlpRowBatch Metrics(IEnumerable<(OtlpMetric Metric, OtlpPoint Point)> decoded)
    {
        // Decoded to the end before the first is taken: totals of a body that turns out malformed must not be remembered.
        var points = decoded.ToList();
        var (now, rows) = (Now, new List<MetricPoint>());
        var (rejected, why) = (0, (string?)null);
        foreach (var (metric, point) in points)
        {
            rows.AddRange(_metrics.Rows(metric, point, now, out var problem));
            if (problem is not null)
            {
                (rejected, why) = (rejected + 1, problem);
            }
        }

        return OtlpRowBatch.None with { Points = rows, Result = new OtlpResult(points.Count - rejected, rejected, why) };
    }

    private static OtlpRowBatch Spans(IEnumerable<(OtlpSource Source, OtlpSpan Span)> decoded)
    {
        var rows = new List<SpanRow>();
        var (rejected, why) = (0, (string?)null);
        foreach (var (source, span) in decoded)
        {
            if (OtlpRows.Span(source, span, out var problem) is { } row)
            {
                rows.Add(row);
            }
            else
            {
                (rejected, why) = (rejected + 1, problem);
            }
        }

        return OtlpRowBatch.None with { Spans = rows, Result = new OtlpResult(rows.Count, rejected, why) };
    }

    private OtlpRowBatch Logs(IEnumerable<(OtlpSource Source, OtlpLog Log)> decoded)
    {
        var now = Now;
        var rows = decoded.Select(d => OtlpRows.Log(d.Source, d.Log, now)).ToList();
        return OtlpRowBatch.None with { Logs = rows, Result = new OtlpResult(rows.Count, 0, null) };
    }
}
