using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Orion.Redaction;
using Orion.Telemetry.Correlation;

namespace Orion.Telemetry.Logs;

/// <summary>Development's console: one short coloured line a record, its exception below.</summary>
internal sealed class PrettyConsoleFormatter(Sanitizer sanitizer, TimeProvider time) : ConsoleFormatter(FormatName)
{
    public const string FormatName = "orion-pretty";

    private readonly bool _colour = !Console.IsOutputRedirected
        || Environment.GetEnvironmentVariable("DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION") is "1" or "true";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var (label, colour) = logEntry.LogLevel switch
        {
            LogLevel.Trace or LogLevel.Debug => ("dbug", "\e[90m"),
            LogLevel.Information => ("info", "\e[32m"),
            LogLevel.Warning => ("warn", "\e[33m"),
            _ => ("FAIL", "\e[31m"),
        };
        var message = LogText.Render(logEntry.State, logEntry.Exception, logEntry.Formatter, sanitizer, out _);
        textWriter.Write(time.GetLocalNow().ToString("HH:mm:ss.fff "));
        textWriter.Write(_colour ? colour + label + "\e[0m " : label + " ");
        var category = sanitizer.Text(logEntry.Category);
        textWriter.Write(category[(category.LastIndexOf('.') + 1)..]);
        textWriter.Write(": ");
        textWriter.Write(message);
        if (LogFlow.Span is { } span)
        {
            textWriter.Write(_colour ? "\e[90m " : " ");
            textWriter.Write(span.TraceId.ToHexString());
            textWriter.Write(_colour ? "\e[0m" : "");
        }

        textWriter.WriteLine();
        if (logEntry.Exception is { } exception)
        {
            textWriter.WriteLine(sanitizer.Text(exception.ToString()));
        }
    }
}

/// <summary>Everywhere else: one JSON object a line.</summary>
internal sealed class JsonLineConsoleFormatter(Sanitizer sanitizer, TimeProvider time) : ConsoleFormatter(FormatName)
{
    public const string FormatName = "orion-json";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = LogText.Render(logEntry.State, logEntry.Exception, logEntry.Formatter, sanitizer, out _);
        using var buffer = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow());
            json.WriteString("level", logEntry.LogLevel.ToString().ToLowerInvariant());
            json.WriteString("category", sanitizer.Text(logEntry.Category));
            json.WriteString("message", message);
            if (LogFlow.Span is { } span)
            {
                json.WriteString("trace_id", span.TraceId.ToHexString());
                json.WriteString("span_id", span.SpanId.ToHexString());
            }

            if (CorrelationId.Current is { } correlation)
            {
                json.WriteString("correlation_id", sanitizer.Text(correlation));
            }

            foreach (var (key, value) in LogText.Arguments(logEntry.State))
            {
                json.WriteString(sanitizer.Key(key), Sanitizer.AsText(sanitizer.Tree(key, value)));
            }

            if (logEntry.Exception is { } exception)
            {
                json.WriteString("exception", sanitizer.Text(exception.ToString()));
            }

            json.WriteEndObject();
        }

        textWriter.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }
}
