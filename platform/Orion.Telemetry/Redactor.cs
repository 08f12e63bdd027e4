using System.Diagnostics;
using System.Runtime.CompilerServices;
using Orion.Redaction;
using Orion.Sink.Audit;
using Orion.Sink.Events;
using Orion.Sink.Facts;
using Orion.Sink.Metrics;
using Orion.Sink.Otlp;
using Orion.Sink.Rows;
using Orion.Telemetry.Audit;
using Orion.Telemetry.Propagation;

namespace Orion.Telemetry;

/// <summary>
/// Cleans every kind of record, in place, on its producer's thread: what is stored, shown or exported has been here, once.
/// </summary>
/// <remarks>Throws only when the code of a value does.</remarks>
internal sealed class Redactor(Sanitizer sanitizer)
{
    private const int MaxAttributes = 128;
    private const int KnownNames = 512;

    // Names found clean, by identity: code names its routes and spans by the same objects every time. A fixed number of slots; whoever
    // comes last has the slot, and a race costs one more look at a name.
    private readonly string?[] _clean = new string?[KnownNames];

    public Sanitizer Sanitizer => sanitizer;

    /// <summary>Cleans a span; a canonical line with its columns.</summary>
    /// <returns>Whether its name, status or attributes were not clean.</returns>
    public bool Clean(SpanRow span)
    {
        var (name, message, error, given) = (span.Name, span.StatusMessage, span.ErrorType, span.Attributes);
        CleanLabels(span);
        span.StatusMessage = Clean(message);
        span.ErrorType = NameOrNull(error);
        span.Attributes = Clean(given, out var changed);
        if (span is CanonicalLine line)
        {
            CleanColumns(line);
        }

        CleanParts(span);
        return changed || !ReferenceEquals(name, span.Name) || !ReferenceEquals(message, span.StatusMessage)
            || !ReferenceEquals(error, span.ErrorType);
    }

    /// <summary>
    /// Gives a span, which its exporters are to see, what its row was cleaned to. What its type lets nobody change stays for the wire.
    /// </summary>
    public void Clean(Activity activity, SpanRow row)
    {
        activity.DisplayName = row.Name;
        activity.SetStatus(activity.Status, row.StatusMessage);
        List<(string Key, KeyValuePair<string, object?> Clean)>? dirty = null;
        foreach (ref readonly var tag in activity.EnumerateTagObjects())
        {
            var clean = sanitizer.Attribute(tag, out var changed);
            if (clean.Value is Dictionary<string, object?>)
            {
                // The exporter knows no maps: it would write the type's name.
                (clean, changed) = (new(clean.Key, Sanitizer.AsText(clean.Value)), true);
            }

            if (changed)
            {
                (dirty ??= []).Add((tag.Key, clean));
            }
        }

        foreach (var (key, clean) in dirty ?? [])
        {
            if (!ReferenceEquals(key, clean.Key))
            {
                activity.SetTag(key, null);
            }

            activity.SetTag(clean.Key, clean.Value);
        }
    }

    /// <summary>Cleans what rollups go by: the names, not the values.</summary>
    public void CleanLabels(SpanRow span)
    {
        span.Service = Name(span.Service);
        span.Name = Name(span.Name);
        span.Tenant = NameOrNull(span.Tenant);
        if (span is CanonicalLine line)
        {
            line.Surface = Name(line.Surface);
            line.Route = NameOrNull(line.Route);
            line.Outcome = Name(line.Outcome);
        }
    }

    /// <summary>Cleans what many rows refer to, once, before the first of them is handed over.</summary>
    public void Clean(ResourceRow resource) => resource.Attributes = Clean(resource.Attributes, out _);

    /// <inheritdoc cref="Clean(ResourceRow)"/>
    public void Clean(OtlpHeard heard)
    {
        heard.Service = sanitizer.Text(heard.Service);
        Clean(heard.Resource);
    }

    /// <inheritdoc cref="Clean(ResourceRow)"/>
    public void Clean(ScopeRow scope)
    {
        (scope.Name, scope.Version) = (sanitizer.Text(scope.Name), Clean(scope.Version));
        scope.Attributes = Clean(scope.Attributes, out _);
    }

    private void CleanParts(SpanRow span)
    {
        span.TraceState = Clean(span.TraceState);
        var links = span.Links;
        for (var i = 0; i < links.Length; i++)
        {
            if (links[i] is { TraceState: not null } or { Attributes.Length: > 0 })
            {
                links[i] = links[i] with { TraceState = Clean(links[i].TraceState), Attributes = Clean(links[i].Attributes, out _) };
            }
        }

        var events = span.Events;
        for (var i = 0; i < events.Length; i++)
        {
            events[i] = events[i] with { Name = sanitizer.Text(events[i].Name), Attributes = Clean(events[i].Attributes, out _) };
        }
    }

    private void CleanColumns(CanonicalLine line)
    {
        line.Method = NameOrNull(line.Method);
        line.ErrorCode = NameOrNull(line.ErrorCode);
        line.User = Clean(line.User);

        // A request that came without one has its trace id for it, the very same text: an id that is stored anyway.
        if (!ReferenceEquals(line.CorrelationId, line.TraceId.ToHexString()))
        {
            line.CorrelationId = Clean(line.CorrelationId);
        }
    }

    public void Clean(LogRow log)
    {
        log.Service = sanitizer.Text(log.Service);
        log.SeverityText = Clean(log.SeverityText);
        log.Category = sanitizer.Text(log.Category);
        log.Message = log.Body is { } body ? sanitizer.Shown(body) : sanitizer.Text(log.Message);
        log.Body = null;
        log.Template = Clean(log.Template);
        log.Exception = Clean(log.Exception);
        log.CorrelationId = Clean(log.CorrelationId);
        log.Tenant = Clean(log.Tenant);
        log.Attributes = Clean(log.Attributes, out _);
    }

    public void Clean(MetricPoint point)
    {
        point.Name = sanitizer.Text(point.Name);
        point.Service = sanitizer.Text(point.Service);
        point.Unit = sanitizer.Text(point.Unit);
        point.Description = Clean(point.Description);
        point.Labels = Clean(point.Labels, out _);
    }

    public void Clean(BusinessEvent item)
    {
        item.Type = sanitizer.Text(item.Type);
        item.Service = sanitizer.Text(item.Service);
        item.EntityType = Clean(item.EntityType);
        item.TraceId = Clean(item.TraceId);
        item.User = Clean(item.User);
        item.Tenant = Clean(item.Tenant);
        item.EntityId = Clean(item.EntityId);
        item.Action = Clean(item.Action);
        item.Details = Clean(item.Details);
        item.CorrelationId = Clean(item.CorrelationId);
    }

    public void Clean(TrackedEvent item)
    {
        item.Name = sanitizer.Text(item.Name);
        item.User = Clean(item.User);
        item.Tenant = Clean(item.Tenant);
        item.Properties = Clean(item.Properties, out _);
    }

    public Heartbeat Clean(Heartbeat beat) => beat with
    {
        Worker = sanitizer.Text(beat.Worker),
        Service = sanitizer.Text(beat.Service),
        Host = sanitizer.Text(beat.Host),
    };

    public FactRow Clean(FactRow fact) => fact with
    {
        Subject = sanitizer.Text(fact.Subject),
        Data = sanitizer.Text(fact.Data),
        CorrelationId = Clean(fact.CorrelationId),
    };

    /// <summary>
    /// Refuses metadata that is not on its list, then cleans what people may have typed. Ids stay: they are what an audit is about.
    /// </summary>
    /// <exception cref="AuditMetadataException">A key is not on the list; nothing is stored.</exception>
    public void Clean(AuditEntry entry)
    {
        entry.Component = sanitizer.Text(entry.Component);
        entry.Action = sanitizer.Text(entry.Action);
        entry.ErrorCode = Clean(entry.ErrorCode);
        entry.TraceId = Clean(entry.TraceId);
        entry.Parameters = Clean(entry.Parameters);
        entry.Result = Clean(entry.Result);
        entry.Metadata = AuditMetadata.Clean(entry.Metadata, sanitizer.Text);
        entry.ErrorMessage = Clean(entry.ErrorMessage);
        entry.User = Clean(entry.User);
        entry.Session = Clean(entry.Session);
        entry.Tenant = Clean(entry.Tenant);
        entry.CorrelationId = Clean(entry.CorrelationId);
    }

    /// <summary>A text out of few.</summary>
    private string Name(string text)
    {
        ref var slot = ref _clean[RuntimeHelpers.GetHashCode(text) & (KnownNames - 1)];
        if (ReferenceEquals(slot, text))
        {
            return text;
        }

        var clean = sanitizer.Text(text);
        if (ReferenceEquals(clean, text))
        {
            slot = text;
        }

        return clean;
    }

    private string? NameOrNull(string? text) => text is null ? null : Name(text);

    private string? Clean(string? text) => text is null ? null : sanitizer.Text(text);

    private KeyValuePair<string, object?>[] Clean(KeyValuePair<string, object?>[] attributes, out bool dirty)
    {
        dirty = false;
        if (attributes.Length > MaxAttributes)
        {
            var left = attributes.Length - MaxAttributes + 1;
            attributes = [.. attributes.AsSpan(0, MaxAttributes - 1), new("orion.dropped_attributes", (long)left)];
            dirty = true;
        }

        for (var i = 0; i < attributes.Length; i++)
        {
            var clean = sanitizer.Attribute(attributes[i], out var changed);
            if (changed)
            {
                attributes[i] = clean;
                dirty = true;
            }
        }

        return attributes;
    }
}
