using System.Diagnostics;
using Orion.Sink.Rows;

namespace Orion.Telemetry.Tracing;

/// <summary>
/// The canonical line's own columns as span attributes, for the way over OTLP: the platform's ingest makes a line of a span that carries
/// them (<c>orion.line.kind</c>). A local sink stores columns and does without.
/// </summary>
internal static class LineTags
{
    /// <summary>Puts them on the root span, behind its own tags.</summary>
    /// <param name="span">The root span.</param>
    /// <param name="line">Its line, clean.</param>
    /// <param name="fields">The fields that were added to the line; what they were cleaned to is among the line's attributes.</param>
    public static void Put(Activity span, CanonicalLine line, List<KeyValuePair<string, object?>>? fields)
    {
        span.SetTag("orion.line.kind", line.LineKind);
        span.SetTag("orion.surface", line.Surface);
        span.SetTag("orion.route", line.Route);
        span.SetTag("orion.outcome", line.Outcome);
        span.SetTag("orion.error_code", line.ErrorCode);
        span.SetTag("orion.correlation_id", line.CorrelationId);
        span.SetTag("correlation_id", line.CorrelationId);
        span.SetTag("tenant", line.Tenant);
        span.SetTag("user.id", line.User);
        if (line.ErrorCode is not null)
        {
            span.SetTag("error_code", line.ErrorCode);
        }

        if (line.ErrorType is not null)
        {
            span.SetTag("error.type", line.ErrorType);
        }

        if (line.StatusCode is { } status)
        {
            // Of a request whose client went away the span would say 200.
            span.SetTag("http.response.status_code", status);
        }

        foreach (var (key, value) in line.Attributes.AsSpan(line.Attributes.Length - Math.Min(line.Attributes.Length, fields?.Count ?? 0)))
        {
            span.SetTag(key, value);
        }
    }
}
