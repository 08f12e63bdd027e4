using System.Diagnostics;
using Orion.Redaction;

namespace Orion.Telemetry.Tracing;

/// <summary>An exception as an OTel span event. Cleaned here already: an activity's events cannot be changed afterwards.</summary>
internal static class ExceptionEvent
{
    public static ActivityEvent Of(Exception exception)
    {
        var sanitizer = TelemetryPipeline.Default?.Redactor.Sanitizer;
        return new ActivityEvent("exception", tags: new ActivityTagsCollection
        {
            ["exception.type"] = exception.GetType().FullName,
            ["exception.message"] = sanitizer is null ? Sanitizer.Redacted : sanitizer.Text(exception.Message),
            ["exception.stacktrace"] = sanitizer is null ? Sanitizer.Redacted : sanitizer.Text(exception.ToString()),
        });
    }
}
