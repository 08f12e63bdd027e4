using Orion.Sink.Metrics;
using Orion.Sink.Rows;
using Orion.Sink.Segments;

namespace Orion.Sink.Otlp;

/// <summary>
/// The receiving end of OTLP over HTTP: decodes export requests into rows, as they came but for what their sender may not claim, and says
/// how to answer.
/// </summary>
public sealed class OtlpIngest
{
    /// <summary>Largest body taken, after decompression: 64 MiB, as the specification recommends.</summary>
    public const int MaxBodyBytes = 64 * 1024 * 1024;

    /// <summary>Bytes of bodies in memory at once; more are answered with 503.</summary>
    public const int MaxBytesAtOnce = 2 * MaxBodyBytes;

    // Decoding is work for a processor; half of them are for the other requests.
    private readonly TaskScheduler _decoding =
        new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, Math.Max(1, Environment.ProcessorCount / 2)).ConcurrentScheduler;

    private readonly OtlpRoom _room = new(MaxBytesAtOnce);
    private readonly TimeProvider _time;
    private readonly OtlpMetricRows _metrics;

    /// <summary>One for the whole process: it remembers the totals that senders of metrics sent before.</summary>
    public OtlpIngest(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _metrics = new OtlpMetricRows(new OtlpTotals(Now));
    }

    /// <summary>Characters kept of one text: what redaction cuts to. It is told to senders of longer ones.</summary>
    public int MaxText { get; init; } = ValueWriter.MaxText;

    /// <summary>Days of raw rows kept: what is older is not taken for what it says.</summary>
    public int RawDays { get; init; } = TimeWindow.Days;

    private long Now => UnixTime.Nanos(_time.GetUtcNow());

    /// <summary>Reads and decodes one request, and says how to answer it by OTLP's rules (400, 413, 415, 503, partial success); no rows
    /// come with a refusal.</summary>
    /// <param name="signal">What the URL says it is.</param>
    /// <param name="sender">Whose key it came with.</param>
    /// <param name="contentType">The <c>Content-Type</c> header.</param>
    /// <param name="contentEncoding">The <c>Content-Encoding</c> header: none, <c>identity</c> or <c>gzip</c>.</param>
    /// <param name="body">The request's body, as it came.</param>
    /// <param name="cancellationToken">Ends the reading when the client has gone.</param>
    public async Task<(OtlpAnswer Answer, OtlpRowBatch Rows)> ReadAsync(OtlpSignal signal, OtlpSender sender, string? contentType,
        string? contentEncoding, Stream body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (OtlpAnswers.EncodingOf(contentType) is not { } encoding)
        {
            return Refused(415, contentType,
                $"Content-Type must be application/x-protobuf or application/json, in UTF-8, not '{contentType}'.");
        }

        var gzip = string.Equals(contentEncoding, "gzip", StringComparison.OrdinalIgnoreCase);
        if (!gzip && !string.IsNullOrEmpty(contentEncoding) && !contentEncoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return Refused(415, contentType, $"Content-Encoding must be gzip or identity, not '{contentEncoding}'.");
        }

        try
        {
            using var read = new OtlpBody(_room, MaxBodyBytes);
            var bytes = await read.ReadAsync(body, gzip, cancellationToken);

            var rows = await Task.Factory.StartNew(
                () => Read(signal, sender, encoding, bytes), cancellationToken, TaskCreationOptions.None, _decoding);
            return (OtlpAnswers.Ok(signal, encoding, rows.Result), rows);
        }
        catch (OtlpFormatException exception)
        {
            return Refused(exception.Status, contentType, exception.Message);
        }
    }

    /// <summary>An answer that refuses a request before anything of it is read, in its own encoding.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="contentType">The request's <c>Content-Type</c> header.</param>
    /// <param name="message">One sentence that says why.</param>
    public static OtlpAnswer Refuse(int status, string? contentType, string message) => OtlpAnswers.Refused(status, contentType, message);

    /// <summary>Decodes one request's body.</summary>
    /// <exception cref="OtlpFormatException">The body is malformed, or too much; there is nothing of it to be stored.</exception>
    public OtlpRowBatch Read(OtlpSignal signal, OtlpSender sender, OtlpEncoding encoding, ReadOnlyMemory<byte> body)
    {
        if (encoding == OtlpEncoding.Json)
        {
            body = OtlpJson.ToProtobuf(body.Span, OtlpJsonShape.Of(signal), new OtlpBudget());
        }

        var (report, claims) = (new OtlpReport(), new OtlpClaims(sender));
        var rows = signal switch
        {
            OtlpSignal.Traces => Spans(claims, Collect<OtlpSource, OtlpSpan>(report, found =>
                OtlpProtoTraces.Read(body.Span, report, found)), report),
            OtlpSignal.Logs => Logs(claims, Collect<OtlpSource, OtlpLog>(report, found =>
                OtlpProtoLogs.Read(body.Span, report, found)), report),
            _ => Metrics(claims, Collect<OtlpMetric, OtlpPoint>(report, found => OtlpProtoMetrics.Read(body.Span, report, found)), report),
        };
        rows = rows with { Heard = claims.Heard(signal) };
        if (claims.Message is null)
        {
            return rows;
        }

        var message = string.Join(' ', new[] { rows.Result.Message, claims.Message }.OfType<string>());
        return rows with { Claims = claims.Count, Result = rows.Result with { Message = message } };
    }

    /// <summary>Decodes to the end before the first record is taken: nothing of a body that turns out malformed is stored, or
    /// remembered.</summary>
    private static List<(TAbout, TRecord)> Collect<TAbout, TRecord>(OtlpReport report, Action<Action<TAbout, TRecord>> read)
    {
        var all = new List<(TAbout, TRecord)>();
        var more = 0;
        read((about, record) =>
        {
            if (all.Count < OtlpLimits.Records)
            {
                all.Add((about, record));
            }
            else
            {
                more++;
            }
        });
        report.Reject($"a request has more than {OtlpLimits.Records} records", more);
        return all;
    }

    private static (OtlpAnswer Answer, OtlpRowBatch Rows) Refused(int status, string? contentType, string message) =>
        (OtlpAnswers.Refused(status, contentType, message), OtlpRowBatch.None);

    private OtlpRowBatch Metrics(OtlpClaims claims, List<(OtlpMetric Metric, OtlpPoint Point)> points, OtlpReport report)
    {
        var window = new TimeWindow(Now, RawDays);
        var rows = new List<MetricPoint>();
        var accepted = 0;
        foreach (var (metric, point) in points)
        {
            if (point.Time != 0 && !window.Holds(point.Time))
            {
                report.Reject("a point's time_unix_nano cannot be right: it is too old, or in the future");
                continue;
            }

            report.Cut(point.Attributes);
            claims.Bind(metric.Source);
            rows.AddRange(_metrics.Rows(metric, point, window.Now, out var problem));
            if (problem is not null)
            {
                report.Reject(problem);
            }
            else
            {
                accepted++;
                metric.Source.Taken++;
            }
        }

        return OtlpRowBatch.None with { Points = rows, Result = report.Result(accepted) };
    }

    private OtlpRowBatch Spans(OtlpClaims claims, List<(OtlpSource Source, OtlpSpan Span)> spans, OtlpReport report)
    {
        var window = new TimeWindow(Now, RawDays);
        var rows = new List<SpanRow>();
        foreach (var (source, span) in spans)
        {
            OtlpTimes.Settle(span, window, report);
            report.Cut(span);
            if (OtlpRows.Span(source, span, claims, out var problem) is { } row)
            {
                (row.DroppedAttributes, row.DroppedEvents, row.DroppedLinks) = (span.Attributes.Dropped, span.DroppedEvents,
                    span.DroppedLinks);
                report.CutTexts(OtlpTexts.Long(row, MaxText), MaxText);
                rows.Add(row);
                source.Taken++;
            }
            else
            {
                report.Reject(problem!);
            }
        }

        return OtlpRowBatch.None with { Spans = rows, Result = report.Result(rows.Count) };
    }

    private OtlpRowBatch Logs(OtlpClaims claims, List<(OtlpSource Source, OtlpLog Log)> logs, OtlpReport report)
    {
        var window = new TimeWindow(Now, RawDays);
        var rows = new List<LogRow>();
        foreach (var (source, log) in logs)
        {
            OtlpTimes.Settle(log, window, report);
            report.Cut(log.Attributes);
            report.Note("ids of a log record that are none: stored without", log.TraceId.Length is 0 or 16 ? 0 : 1);
            report.Note("ids of a log record that are none: stored without", log.SpanId.Length is 0 or 8 ? 0 : 1);
            var row = OtlpRows.Log(source, log, claims, window.Now);
            row.DroppedAttributes = log.Attributes.Dropped;
            report.CutTexts(OtlpTexts.Long(row, MaxText), MaxText);
            rows.Add(row);
            source.Taken++;
        }

        return OtlpRowBatch.None with { Logs = rows, Result = report.Result(rows.Count) };
    }
}
