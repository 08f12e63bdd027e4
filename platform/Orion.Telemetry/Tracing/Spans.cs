using System.Diagnostics;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Errors;

namespace Orion.Telemetry.Tracing;

/// <summary>Spans of the platform's own code. Named <c>{service}.{component}.{operation}</c>.</summary>
public static class Spans
{
    /// <summary>Name of <see cref="Source"/>.</summary>
    public const string SourceName = "orion";

    /// <summary>The source of all of them.</summary>
    public static readonly ActivitySource Source = new(SourceName);

    /// <summary>Starts an inner span under the current one; null when nobody listens. Dispose it to end it.</summary>
    public static Activity? Start(string name, ActivityKind kind = ActivityKind.Internal) => Source.StartActivity(name, kind);

    /// <summary>Marks a span, and the canonical line around it, as failed, with a code from <see cref="ErrorCatalogue"/>.</summary>
    public static void Fail(this Activity? span, string errorCode, Exception? exception = null)
    {
        CanonicalLineContext.Current?.Fail(errorCode, exception);
        if (span is null)
        {
            return;
        }

        span.SetStatus(ActivityStatusCode.Error);
        span.SetTag("error_code", errorCode);
        if (exception is not null)
        {
            span.SetTag("error.type", exception.GetType().FullName);
            span.AddEvent(ExceptionEvent.Of(exception));
        }
    }
}
