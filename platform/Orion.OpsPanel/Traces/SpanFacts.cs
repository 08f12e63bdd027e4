using System.Collections;
using System.Globalization;
using Orion.OpsPanel.Figures;
using Orion.Sink.Rows;
using Orion.Telemetry.Propagation;

namespace Orion.OpsPanel.Traces;

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

    /// <summary>What a row comes from, as names and values.</summary>
    public static IEnumerable<(string Name, string Value)> Of(ResourceRow? resource, ScopeRow? scope)
    {
        if (resource is { Sender.Length: > 0 })
        {
            yield return ("sent with key", resource.Sender);
        }

        foreach (var (name, value) in resource?.Attributes ?? [])
        {
            yield return (name, Text(value));
        }

        if (scope is not null)
        {
            yield return ("scope", scope.Version is null ? scope.Name : $"{scope.Name} {scope.Version}");
            foreach (var (name, value) in scope.Attributes)
            {
                yield return (name, Text(value));
            }
        }

        if ((resource?.DroppedAttributes ?? 0) + (scope?.DroppedAttributes ?? 0) is > 0 and var dropped)
        {
            yield return ("dropped attributes", Figure.Count(dropped));
        }
    }

    /// <summary>What is said about a link.</summary>
    public static IEnumerable<(string Name, string Value)> Of(SpanLink link)
    {
        foreach (var (name, value) in link.Attributes)
        {
            yield return (name, Text(value));
        }

        if (link.TraceState is { } state)
        {
            yield return ("trace state", state);
        }

        if (link.DroppedAttributes > 0)
        {
            yield return ("dropped attributes", Figure.Count(link.DroppedAttributes));
        }
    }

    private static string? Dropped(int count) => count == 0 ? null : Figure.Count(count);

    private static IEnumerable<(string Name, string? Value)> Given(SpanRow span)
    {
        yield return ("trace state", span.TraceState);
        yield return ("dropped attributes", Dropped(span.DroppedAttributes));
        yield return ("dropped events", Dropped(span.DroppedEvents));
        yield return ("dropped links", Dropped(span.DroppedLinks));
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
