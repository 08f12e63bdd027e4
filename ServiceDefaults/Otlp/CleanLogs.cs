using OpenTelemetry;
using OpenTelemetry.Logs;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Cleans log records before they leave over OTLP, and adds the flow's correlation id.</summary>
internal sealed class CleanLogs(Sanitizer sanitizer) : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        var attributes = data.Attributes ?? [];
        var message = LogText.Render(attributes, data.Exception, (_, _) => data.FormattedMessage ?? data.Body ?? "", sanitizer, out var template);
        data.FormattedMessage = message;
        data.Body = sanitizer.Text(template ?? message);
        var clean = new List<KeyValuePair<string, object?>>(attributes.Count + 4);
        foreach (var (key, value) in attributes)
        {
            clean.Add(new(sanitizer.Key(key), sanitizer.Value(key, value)));
        }

        if (data.Exception is { } exception)
        {
            clean.Add(new("exception.type", exception.GetType().FullName));
            clean.Add(new("exception.message", sanitizer.Text(exception.Message)));
            clean.Add(new("exception.stacktrace", sanitizer.Text(exception.ToString())));
            data.Exception = null;
        }

        if (CorrelationId.Current is { } correlation)
        {
            clean.Add(new("correlation_id", correlation));
        }

        data.Attributes = clean;
    }
}
