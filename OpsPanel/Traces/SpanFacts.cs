using System.Collections;
using System.Globalization;
using OrionPlatform.Sink;

namespace OrionPlatform.OpsPanel;

/// <summary>All that is known of a span, as names and values.</summary>
internal static class SpanFacts
{
    public static IEnumerable<(string Name, string Value)> Of(SpanRow span)
    {
        yield return ("service", span.Service);
        yield return ("span id", span.SpanId.ToString());
        yield return ("kind", span.Kind.ToString().ToLowerInvariant());
        yield return ("started", Moment.Full(Moment.FromNanos(span.StartUnixNanos)));
        foreach (var (name, value) in Given(span))
        {
            if (!string.IsNullOrEmpty(value))
            {
                yield return (name, value);
            }
        }
    }

    /// <summary>An attribute's value; arrays item by item.</summary>
    public static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        IEnumerable items => string.Join(", ", items.Cast<object?>().Select(Text)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static IEnumerable<(string Name, string? Value)> Given(SpanRow span)
    {
        yield return ("status", span.Status == SpanStatus.Unset ? null : span.Status.ToString().ToLowerInvariant());
        yield return ("status message", span.StatusMessage);
        yield return ("error.type", span.ErrorType);
        yield return ("tenant", span.Tenant);
        if (span is CanonicalLine line)
        {
            yield return ("line", line.LineKind);
            yield return ("surface", line.Surface);
            yield return ("outcome", line.Outcome);
            yield return ("http status", line.StatusCode?.ToString());
            yield return ("error_code", line.ErrorCode);
            yield return ("correlation id", line.CorrelationId);
            yield return ("user", line.User);
        }
    }
}
