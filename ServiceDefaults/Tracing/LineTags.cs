using System.Diagnostics;

namespace OrionPlatform.ServiceDefaults;

/// <summary>
/// The canonical line's own columns as span attributes, for the way over OTLP: the platform's ingest makes a line of a span that carries them
/// (<c>orion.line.kind</c>). A local sink stores columns and does without.
/// </summary>
internal static class LineTags
{
    public static void Put(Activity span, LineScope scope)
    {
        if (scope.Belt is not { ExportsOtlp: true })
        {
            return;
        }

        span.SetTag("orion.line.kind", scope.Kind);
        span.SetTag("orion.surface", scope.Surface);
        span.SetTag("orion.route", scope.Route);
        span.SetTag("orion.outcome", scope.Outcome);
        span.SetTag("orion.error_code", scope.ErrorCode);
        span.SetTag("orion.correlation_id", scope.CorrelationId);
        span.SetTag("tenant", scope.Tenant);
        span.SetTag("user.id", scope.User);
        foreach (var (key, value) in scope.Fields())
        {
            span.SetTag(key, value);
        }
    }
}
