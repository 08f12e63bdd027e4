using Orion.Sink.Rows;
using Orion.Telemetry.Tracing;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>No row holds a secret that was sent.</summary>
internal static class SanitizeRules
{
    public static IEnumerable<Finding> Judge(Evidence evidence) =>
    [
        .. evidence.Lines.SelectMany(line => Leaks(line.Service, $"the line {line.TraceId}",
            [
                .. Texts(line), ("route", line.Route), ("method", line.Method), ("surface", line.Surface), ("outcome", line.Outcome),
                ("error_code", line.ErrorCode), ("correlation_id", line.CorrelationId), ("user", line.User),
            ], evidence)),
        .. evidence.Spans.SelectMany(span => Leaks(span.Service, $"the span {span.SpanId} of trace {span.TraceId}", Texts(span), evidence)),
        .. evidence.Logs.SelectMany(log => Leaks(log.Service, $"a log record of {log.Category}",
            [
                ("message", log.Message), ("template", log.Template), ("exception", log.Exception), ("category", log.Category),
                ("correlation_id", log.CorrelationId), ("tenant", log.Tenant), .. Texts(log.Attributes),
            ], evidence)),
    ];

    private static IEnumerable<Finding> Leaks(string service, string where, IEnumerable<(string Field, string? Text)> texts,
        Evidence evidence) => texts
        .Where(t => t.Text is { Length: > 0 } text && evidence.Secrets.Any(secret => text.Contains(secret, StringComparison.Ordinal)))
        .Select(t => new Finding("sanitize", service, $"a secret that was sent is readable in '{t.Field}' of {where}."));

    private static IEnumerable<(string Field, string? Text)> Texts(SpanRow span) =>
    [
        ("service", span.Service), ("name", span.Name), ("status message", span.StatusMessage), ("error.type", span.ErrorType),
        ("tenant", span.Tenant), .. Texts(span.Attributes),
        .. span.Events.SelectMany(e => ((string, string?)[])[("event", e.Name), .. Texts(e.Attributes)]),
    ];

    private static IEnumerable<(string Field, string? Text)> Texts(IEnumerable<KeyValuePair<string, object?>> attributes) =>
        attributes.SelectMany(a => ((string, string?)[])
        [
            ("an attribute's name", a.Key),
            (a.Key, a.Value is Array values ? string.Join('\n', values.Cast<object?>()) : a.Value?.ToString()),
        ]);
}
