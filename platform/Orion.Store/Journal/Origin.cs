using System.Diagnostics;

namespace Orion.Store.Journal;

/// <summary>What made a change happen: carried by its journal fact, and by the jobs and node tasks that follow from it.</summary>
/// <param name="TraceParent">W3C traceparent of the span that did it; null outside one.</param>
/// <param name="CorrelationId">The correlation id it was done under.</param>
public sealed record Origin(string? TraceParent, string? CorrelationId)
{
    /// <summary>Nothing known: the change was made outside any span.</summary>
    public static readonly Origin None = new(null, null);

    /// <summary>The trace id within <see cref="TraceParent"/> (32 hex digits), or null.</summary>
    public string? TraceId => ActivityContext.TryParse(TraceParent, null, out var context) ? context.TraceId.ToHexString() : null;

    internal static string? CurrentSpan => Activity.Current is { IdFormat: ActivityIdFormat.W3C } span ? span.Id : null;

    /// <summary>The current span as the origin. Taken on the caller's thread, before a write is queued.</summary>
    public static Origin Current(string? correlationId) => new(CurrentSpan, correlationId);
}
