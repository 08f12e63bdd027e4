using OpenTelemetry;
using OpenTelemetry.Logs;

namespace OrionPlatform.ServiceDefaults;

/// <summary>
/// Before log records leave over OTLP: renders the message without arguments that may not be kept, which nothing behind it could tell from
/// other words, and adds the flow's correlation id. What values look like is <see cref="WireGate"/>'s to judge.
/// </summary>
internal sealed class LogBodies(Sanitizer sanitizer, ExportCount count) : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        count.Produced();
        var attributes = data.Attributes ?? [];
        data.FormattedMessage = LogText.Render(attributes, data.Exception, (_, _) => data.FormattedMessage ?? data.Body ?? "", sanitizer, out var template);
        data.Body = template ?? data.FormattedMessage;
        if (CorrelationId.Current is { } correlation)
        {
            data.Attributes = [.. attributes, new("correlation_id", correlation)];
        }
    }
}
