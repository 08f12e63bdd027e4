using System.Text.Json;

namespace OrionPlatform.Sink;

/// <summary>
/// The receiving end of OTLP over HTTP: decodes export requests into rows, as they came but for what their sender may not claim, and says how to answer.
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
        _metrics = new OtlpMetricRows(new OtlpTotals(Now));
    }

    private long Now => UnixTime.Nanos(_time.GetUtcNow());

    /// <summary>Reads and decodes one request, and says how to answer it by OTLP's rules (400, 413, 415, partial success); no rows come with a refusal.</summary>
    /// <param name="signal">What the URL says it is.</param>
    /// <param name="sender">Whose key it came with.</param>
    /// <param name="contentType">The <c>Content-Type</c> header.</param>
    /// <param name="contentEncoding">The <c>Content-Encoding</c> header: none, <c>identity</c> or <c>gzip</c>.</param>
    /// <param name="body">The request's body, as it came.</param>
    /// <param name="cancellationToken">Ends the reading when the client has gone.</param>
    public async Task<(OtlpAnswer Answer, OtlpRowBatch Rows)> ReadAsync(OtlpSignal signal, OtlpSender sender, string? contentType, string? contentEncoding, Stream body, CancellationToken cancellationToken = default)
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

            var rows = Read(signal, sender, encoding, bytes);
            return (OtlpAnswers.Ok(signal, encoding, rows.Result), rows);
        }
        catch (OtlpFormatException exception)
        {
            return Refused(400, encoding, exception.Message);
        }
    }

    /// <summary>Decodes one request's body.</summary>
    /// <exception cref="OtlpFormatException">The body is malformed; there is nothing of it to be stored.</exception>
    public OtlpRowBatch Read(OtlpSignal signal, OtlpSender sender, OtlpEncoding encoding, ReadOnlyMemory<byte> body)
    {
        var claims = new OtlpClaims(sender);
        var rows = encoding == OtlpEncoding.Json
        ? WithJson(body, json => signal switch
        {
            OtlpSignal.Traces => Spans(claims, OtlpJsonTraces.Read(json)),
            OtlpSignal.Logs => Logs(claims, OtlpJsonLogs.Read(json)),
            _ => Metrics(claims, OtlpJsonMetrics.Read(json)),
        })
        : signal switch
        {
            OtlpSignal.Traces => Spans(claims, Collect<OtlpSource, OtlpSpan>(found => OtlpProtoTraces.Read(body.Span, found))),
            OtlpSignal.Logs => Logs(claims, Collect<OtlpSource, OtlpLog>(found => OtlpProtoLogs.Read(body.Span, found))),
            _ => Metrics(claims, Collect<OtlpMetric, OtlpPoint>(found => OtlpProtoMetrics.Read(body.Span, found))),
        };
        return claims.Message is null ? rows : rows with { Claims = claims.Count, Result = rows.Result with { Message = string.Join(' ', new[] { rows.Result.Message, claims.Message }.OfType<string>()) } };
    }

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

    private OtlpRowBatch Metrics(OtlpClaims claims, IEnumerable<(OtlpMetric Metric, OtlpPoint Point)> decoded)
    {
        // Decoded to the end before the first is taken: totals of a body that turns out malformed must not be remembered.
        var points = decoded.ToList();
        var (now, rows) = (Now, new List<MetricPoint>());
        var (rejected, why) = (0, (string?)null);
        foreach (var (metric, point) in points)
        {
            claims.Bind(metric.Source);
            rows.AddRange(_metrics.Rows(metric, point, now, out var problem));
            if (problem is not null)
            {
                (rejected, why) = (rejected + 1, problem);
            }
        }

        return OtlpRowBatch.None with { Points = rows, Result = new OtlpResult(points.Count - rejected, rejected, why) };
    }

    private static OtlpRowBatch Spans(OtlpClaims claims, IEnumerable<(OtlpSource Source, OtlpSpan Span)> decoded)
    {
        var rows = new List<SpanRow>();
        var (rejected, why) = (0, (string?)null);
        foreach (var (source, span) in decoded)
        {
            if (OtlpRows.Span(source, span, claims, out var problem) is { } row)
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

    private OtlpRowBatch Logs(OtlpClaims claims, IEnumerable<(OtlpSource Source, OtlpLog Log)> decoded)
    {
        var now = Now;
        var rows = decoded.Select(d => OtlpRows.Log(d.Source, d.Log, claims, now)).ToList();
        return OtlpRowBatch.None with { Logs = rows, Result = new OtlpResult(rows.Count, 0, null) };
    }
}
