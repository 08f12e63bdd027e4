using System.Runtime.CompilerServices;
using OrionPlatform.Sink;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Every row passes here on its producer's thread, before rings, sink and whoever reads them. Never throws.</summary>
internal sealed class Gate(Sanitizer sanitizer) : ITelemetryGate
{
    private const int MaxAttributes = 128;
    private const int KnownNames = 512;

    // Names found clean, by identity: code names its routes and spans by the same objects every time. A fixed number of slots; whoever comes last
    // has the slot, and a race costs one more look at a name.
    private readonly string?[] _clean = new string?[KnownNames];

    public void Pass(SpanRow span)
    {
        span.Service = Name(span.Service);
        span.Name = Name(span.Name);
        span.StatusMessage = Clean(span.StatusMessage);
        span.ErrorType = NameOrNull(span.ErrorType);
        span.Tenant = NameOrNull(span.Tenant);
        span.Attributes = Clean(span.Attributes);
        var events = span.Events;
        for (var i = 0; i < events.Length; i++)
        {
            events[i] = events[i] with { Name = sanitizer.Text(events[i].Name), Attributes = Clean(events[i].Attributes) };
        }
    }

    public void Pass(CanonicalLine line)
    {
        Pass((SpanRow)line);
        line.Surface = Name(line.Surface);
        line.Method = NameOrNull(line.Method);
        line.Route = NameOrNull(line.Route);
        line.Outcome = Name(line.Outcome);
        line.ErrorCode = NameOrNull(line.ErrorCode);
        line.User = Clean(line.User);

        // A request that came without one has its trace id for it, the very same text: an id that is stored anyway.
        if (!ReferenceEquals(line.CorrelationId, line.TraceId.ToHexString()))
        {
            line.CorrelationId = Clean(line.CorrelationId);
        }
    }

    public void Pass(LogRow log)
    {
        log.Service = sanitizer.Text(log.Service);
        log.Category = sanitizer.Text(log.Category);
        log.Message = sanitizer.Text(log.Message);
        log.Template = Clean(log.Template);
        log.Exception = Clean(log.Exception);
        log.CorrelationId = Clean(log.CorrelationId);
        log.Tenant = Clean(log.Tenant);
        log.Attributes = Clean(log.Attributes);
    }

    public void Pass(MetricPoint point)
    {
        point.Name = sanitizer.Text(point.Name);
        point.Service = sanitizer.Text(point.Service);
        point.Unit = sanitizer.Text(point.Unit);
        point.Description = Clean(point.Description);
        point.Labels = Clean(point.Labels);
    }

    public void Pass(BusinessEvent item)
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

    public void Pass(TrackedEvent item)
    {
        item.Name = sanitizer.Text(item.Name);
        item.User = Clean(item.User);
        item.Tenant = Clean(item.Tenant);
        item.Properties = Clean(item.Properties);
    }

    public Heartbeat Pass(Heartbeat beat) => beat with
    {
        Worker = sanitizer.Text(beat.Worker),
        Service = sanitizer.Text(beat.Service),
        Host = sanitizer.Text(beat.Host),
    };

    public FactRow Pass(FactRow fact) => fact with
    {
        Subject = sanitizer.Text(fact.Subject),
        Data = sanitizer.Text(fact.Data),
        CorrelationId = Clean(fact.CorrelationId),
    };

    /// <summary>Refuses metadata that is not on its list, then cleans what people may have typed. Ids stay: they are what an audit is about.</summary>
    /// <exception cref="AuditMetadataException">A key is not on the list; nothing is stored.</exception>
    public void Pass(AuditEntry entry)
    {
        entry.Component = sanitizer.Text(entry.Component);
        entry.Operation = sanitizer.Text(entry.Operation);
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

    private KeyValuePair<string, object?>[] Clean(KeyValuePair<string, object?>[] attributes)
    {
        if (attributes.Length > MaxAttributes)
        {
            var left = attributes.Length - MaxAttributes + 1;
            attributes = [.. attributes.AsSpan(0, MaxAttributes - 1), new("orion.dropped_attributes", (long)left)];
        }

        for (var i = 0; i < attributes.Length; i++)
        {
            var clean = sanitizer.Attribute(attributes[i], out var changed);
            if (changed)
            {
                attributes[i] = clean;
            }
        }

        return attributes;
    }
}
