using System.Diagnostics;

namespace Orion.Store;

/// <summary>
/// What made a change happen. Each write takes it from the current activity where the write is asked for, and gives it to its facts and
/// jobs, so that whoever reacts to them can link to it; no caller passes it by hand.
/// </summary>
/// <param name="TraceParent">W3C traceparent of the span that asked for the write; null outside one.</param>
/// <param name="CorrelationId">The correlation id it was done under; null when there is none.</param>
/// <param name="TenantId">Id of the tenant it was done for; null for the platform's own work.</param>
/// <param name="Tenant">That tenant's short name, for telemetry.</param>
/// <remarks>
/// Correlation id and tenant are custom properties (<see cref="Activity.SetCustomProperty"/>) of the activity or of one of its parents in
/// this process: they are neither exported nor sent to anybody. Orion.Telemetry sets them on each request and job.
/// </remarks>
public sealed record Cause(string? TraceParent, string? CorrelationId, string? TenantId, string? Tenant)
{
    /// <summary>Name of the activity's property that has the correlation id.</summary>
    public const string CorrelationIdProperty = "correlation_id";

    /// <summary>Name of the activity's property that has the tenant's id.</summary>
    public const string TenantIdProperty = "tenant.id";

    /// <summary>Name of the activity's property that has the tenant's short name.</summary>
    public const string TenantProperty = "tenant";

    /// <summary>Nothing known: the change was made outside any span.</summary>
    public static readonly Cause None = new(null, null, null, null);

    /// <summary>The current activity as the cause; <see cref="None"/> where there is none.</summary>
    public static Cause Current => Activity.Current is { IdFormat: ActivityIdFormat.W3C } span
        ? new(span.Id, Property(span, CorrelationIdProperty), Property(span, TenantIdProperty), Property(span, TenantProperty))
        : None;

    /// <summary>The trace id within <see cref="TraceParent"/> (32 hex digits), or null.</summary>
    public string? TraceId => ActivityContext.TryParse(TraceParent, null, out var context) ? context.TraceId.ToHexString() : null;

    private static string? Property(Activity? span, string name)
    {
        for (; span is not null; span = span.Parent)
        {
            if (span.GetCustomProperty(name) is string value)
            {
                return value;
            }
        }

        return null;
    }
}
