using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Orion.Sink.Rows;
using Orion.Telemetry.Propagation;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Waterfalls;

/// <summary>
/// Spans as an OTLP/JSON <c>ExportTraceServiceRequest</c>: ids in hex, enums as numbers, 64-bit integers as decimal strings. Rows are clean
/// when they get here. A canonical line carries its columns as attributes, so that the platform's own ingest makes the same line of it
/// again.
/// </summary>
public static class OtlpJsonExport
{
    /// <summary>The request, UTF-8.</summary>
    public static ReadOnlyMemory<byte> Write(IEnumerable<SpanRow> spans)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("resourceSpans");
            foreach (var source in spans.GroupBy(s => (s.Service, s.Resource)))
            {
                Resource(json, source.Key.Service, source.Key.Resource, source);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void Resource(Utf8JsonWriter json, string service, ResourceRow? resource, IEnumerable<SpanRow> spans)
    {
        json.WriteStartObject();
        json.WriteStartObject("resource");
        Attributes(json, [new("service.name", service), .. (resource?.Attributes ?? []).Where(a => a.Key != "service.name")]);
        Count(json, "droppedAttributesCount", resource?.DroppedAttributes ?? 0);
        json.WriteEndObject();
        json.WriteStartArray("scopeSpans");
        foreach (var scope in spans.GroupBy(s => s.Scope))
        {
            Scope(json, scope.Key, scope);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Scope(Utf8JsonWriter json, ScopeRow? scope, IEnumerable<SpanRow> spans)
    {
        json.WriteStartObject();
        json.WriteStartObject("scope");
        json.WriteString("name", scope?.Name ?? Spans.SourceName);
        if (scope?.Version is { } version)
        {
            json.WriteString("version", version);
        }

        if (scope is { Attributes.Length: > 0 })
        {
            Attributes(json, scope.Attributes);
        }

        Count(json, "droppedAttributesCount", scope?.DroppedAttributes ?? 0);
        json.WriteEndObject();
        json.WriteStartArray("spans");
        foreach (var span in spans)
        {
            Span(json, span);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Count(Utf8JsonWriter json, string name, int count)
    {
        if (count > 0)
        {
            json.WriteNumber(name, count);
        }
    }

    private static void State(Utf8JsonWriter json, string? traceState)
    {
        if (traceState is not null)
        {
            json.WriteString("traceState", traceState);
        }
    }

    private static void Span(Utf8JsonWriter json, SpanRow span)
    {
        json.WriteStartObject();
        json.WriteString("traceId", span.TraceId.ToHexString());
        json.WriteString("spanId", span.SpanId.ToHexString());
        if (span.ParentSpanId != default)
        {
            json.WriteString("parentSpanId", span.ParentSpanId.ToHexString());
        }

        State(json, span.TraceState);
        json.WriteString("name", span.Name);
        json.WriteNumber("kind", (int)span.Kind + 1);
        json.WriteString("startTimeUnixNano", Text(span.StartUnixNanos));
        json.WriteString("endTimeUnixNano", Text(span.StartUnixNanos + span.DurationNanos));
        Attributes(json,
            [.. span.Attributes, .. Columns(span).Where(c => c.Value is not null && !Array.Exists(span.Attributes, a => a.Key == c.Key))]);
        json.WriteStartArray("events");
        foreach (var happened in span.Events)
        {
            json.WriteStartObject();
            json.WriteString("timeUnixNano", Text(happened.UnixNanos));
            json.WriteString("name", happened.Name);
            Attributes(json, happened.Attributes);
            Count(json, "droppedAttributesCount", happened.DroppedAttributes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Count(json, "droppedAttributesCount", span.DroppedAttributes);
        Count(json, "droppedEventsCount", span.DroppedEvents);
        Count(json, "droppedLinksCount", span.DroppedLinks);
        json.WriteStartArray("links");
        foreach (var link in span.Links)
        {
            json.WriteStartObject();
            json.WriteString("traceId", link.TraceId.ToHexString());
            json.WriteString("spanId", link.SpanId.ToHexString());
            State(json, link.TraceState);
            if (link.Attributes.Length > 0)
            {
                Attributes(json, link.Attributes);
            }

            Count(json, "droppedAttributesCount", link.DroppedAttributes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("status");
        if (span.StatusMessage is { } message)
        {
            json.WriteString("message", message);
        }

        json.WriteNumber("code", (int)span.Status);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static IEnumerable<KeyValuePair<string, object?>> Columns(SpanRow span)
    {
        yield return new("error.type", span.ErrorType);
        yield return new("tenant", span.Tenant);
        if (span is CanonicalLine line)
        {
            yield return new("orion.line.kind", line.LineKind);
            yield return new("orion.surface", line.Surface);
            yield return new("orion.route", line.Route);
            yield return new("orion.outcome", line.Outcome);
            yield return new("orion.error_code", line.ErrorCode);
            yield return new("orion.correlation_id", line.CorrelationId);
            yield return new("user.id", line.User);
            yield return new("http.request.method", line.Method);
            yield return new("http.route", line.Method is null ? null : line.Route);
            yield return new("http.response.status_code", (long?)line.StatusCode);
        }
    }

    private static void Attributes(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, object?>> attributes)
    {
        json.WriteStartArray("attributes");
        foreach (var (key, value) in attributes)
        {
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WritePropertyName("value");
            Value(json, value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Value(Utf8JsonWriter json, object? value)
    {
        json.WriteStartObject();
        switch (value)
        {
            case null:
                break;
            case bool truth:
                json.WriteBoolean("boolValue", truth);
                break;
            case long or int or short or byte:
                json.WriteString("intValue", Text(Convert.ToInt64(value, CultureInfo.InvariantCulture)));
                break;
            case double or float:
                Double(json, Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            case string text:
                json.WriteString("stringValue", text);
                break;
            case Array items:
                json.WriteStartObject("arrayValue");
                json.WriteStartArray("values");
                foreach (var item in items)
                {
                    Value(json, item);
                }

                json.WriteEndArray();
                json.WriteEndObject();
                break;
            default:
                json.WriteString("stringValue", Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>JSON has no word for these three; protobuf's JSON mapping has.</summary>
    private static void Double(Utf8JsonWriter json, double number)
    {
        if (double.IsFinite(number))
        {
            json.WriteNumber("doubleValue", number);
        }
        else
        {
            json.WriteString("doubleValue", double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
