using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Logs;
using Orion.Redaction;
using Orion.Sink.Loss;
using Orion.Sink.Rows;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Logs;

/// <summary>
/// The platform's log processor, the last of the logger provider but for its exports: makes a row of each record, cleans it, and hands it
/// to ring and sink. With exports behind it the record itself becomes what its row was cleaned to. A record that comes out of writing
/// another, by the sink itself, is not taken: it would feed on itself.
/// </summary>
internal sealed class LogProcessor(
    Lazy<TelemetryWriter> writer, Redactor redactor, LogScopes scopes, string service, TimeProvider time, IOptions<LogOptions> options)
    : BaseProcessor<LogRecord>
{
    [ThreadStatic]
    private static bool s_writing;

    private readonly LogLevel _minLevel = options.Value.MinLevel;

    /// <summary>Whether log records also leave by OTLP.</summary>
    public required bool Exports { get; init; }

    public override void OnEnd(LogRecord data)
    {
        var stored = data.LogLevel >= _minLevel;
        if (s_writing)
        {
            if (Exports)
            {
                // It goes on to the exports, and cleaning it might lead here again.
                Fill(data, Withheld(data));
            }

            return;
        }

        if (!stored && !Exports)
        {
            return;
        }

        s_writing = true;
        try
        {
            var row = Row(data);
            redactor.Clean(row);
            if (Exports)
            {
                Fill(data, row);
            }

            if (stored)
            {
                writer.Value.Store(row);
            }
        }
        catch (Exception)
        {
            // Logging never fails its caller. What could not be cleaned goes nowhere: a value's own code may have thrown.
            Fill(data, Withheld(data));
            writer.Value.CountDropped(Streams.Logs);
        }
        finally
        {
            s_writing = false;
        }
    }

    private LogRow Row(LogRecord data)
    {
        var scope = CanonicalLineContext.Current;
        var span = LogFlow.Span;
        var attributes = data.Attributes ?? [];
        var message = LogText.Render(
            attributes, data.Exception, (_, _) => data.FormattedMessage ?? data.Body ?? "", redactor.Sanitizer, out var template);
        return new LogRow
        {
            UnixNanos = SpanRows.UnixNanos(time.GetUtcNow().UtcDateTime),
            Level = data.LogLevel,
            Service = service,
            Category = data.CategoryName ?? "",
            Message = message,
            Template = template == message ? null : template,
            Exception = data.Exception?.ToString(),
            TraceId = span?.TraceId ?? default,
            SpanId = span?.SpanId ?? default,
            CorrelationId = scope?.CorrelationId,
            Tenant = scope?.Tenant,
            Attributes = [.. LogText.Arguments(attributes), .. scopes.Attributes()],
        };
    }

    private LogRow Withheld(LogRecord data) => new()
    {
        Service = service,
        Category = data.CategoryName ?? "",
        Level = data.LogLevel,
        UnixNanos = SpanRows.UnixNanos(time.GetUtcNow().UtcDateTime),
        Message = Sanitizer.Redacted,
    };

    /// <summary>Makes the record say what the row says. An exception goes along as its text, since the object cannot be cleaned.</summary>
    private void Fill(LogRecord data, LogRow row)
    {
        data.FormattedMessage = row.Message;
        data.Body = row.Template ?? row.Message;
        (data.TraceId, data.SpanId) = (row.TraceId, row.SpanId);
        List<KeyValuePair<string, object?>> attributes = [.. row.Attributes];
        if (row.Template is not null)
        {
            attributes.Add(new("{OriginalFormat}", row.Template));
        }

        if (row.CorrelationId is not null)
        {
            attributes.Add(new("correlation_id", row.CorrelationId));
        }

        if (row.Exception is not null && data.Exception is { } exception)
        {
            attributes.Add(new("exception.type", exception.GetType().FullName));
            attributes.Add(new("exception.message", redactor.Sanitizer.Text(exception.Message)));
            attributes.Add(new("exception.stacktrace", row.Exception));
        }

        data.Exception = null;
        data.Attributes = attributes;
    }
}
