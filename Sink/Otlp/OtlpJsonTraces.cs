using System.Text.Json;

namespace OrionPlatform.Sink;

/// <summary><c>ExportTraceServiceRequest</c> from JSON.</summary>
internal static class OtlpJsonTraces
{
    public static IEnumerable<(OtlpSource Source, OtlpSpan Span)> Read(JsonElement request) =>
        OtlpJson.Records(request, "resourceSpans", "scopeSpans", "spans").Select(r => (r.Source, Span(r.Record)));

    private static OtlpSpan Span(JsonElement message)
    {
        var span = new OtlpSpan
        {
            TraceId = OtlpJson.Id(message, "traceId"),
            SpanId = OtlpJson.Id(message, "spanId"),
            ParentSpanId = OtlpJson.Id(message, "parentSpanId"),
            TraceState = OtlpJson.Text(message, "traceState"),
            Name = OtlpJson.Text(message, "name") ?? "",
            Kind = OtlpJson.Enum(message, "kind"),
            Flags = OtlpJson.Member(message, "flags", out var flags) ? unchecked((uint)OtlpJson.Integer(flags, "flags")) : 0,
            Start = OtlpJson.Time(message, "startTimeUnixNano"),
            End = OtlpJson.Time(message, "endTimeUnixNano"),
        };
        if (OtlpJson.Member(message, "status", out var status))
        {
            (span.StatusCode, span.StatusMessage) = (OtlpJson.Enum(status, "code"), OtlpJson.Text(status, "message"));
        }

        OtlpJson.Attributes(message, span.Attributes);
        foreach (var item in OtlpJson.Items(message, "events").Take(OtlpLimits.Events))
        {
            var attributes = new OtlpAttributes();
            OtlpJson.Attributes(item, attributes);
            span.Events.Add((OtlpJson.Time(item, "timeUnixNano"), OtlpJson.Text(item, "name") ?? "", attributes));
        }

        foreach (var item in OtlpJson.Items(message, "links").Take(OtlpLimits.Links))
        {
            var link = new OtlpLink { TraceId = OtlpJson.Id(item, "traceId"), SpanId = OtlpJson.Id(item, "spanId"), TraceState = OtlpJson.Text(item, "traceState") };
            OtlpJson.Attributes(item, link.Attributes);
            span.Links.Add(link);
        }

        return span;
    }
}

/// <summary><c>ExportLogsServiceRequest</c> from JSON.</summary>
internal static class OtlpJsonLogs
{
    public static IEnumerable<(OtlpSource Source, OtlpLog Log)> Read(JsonElement request) =>
        OtlpJson.Records(request, "resourceLogs", "scopeLogs", "logRecords").Select(r => (r.Source, Log(r.Record)));

    private static OtlpLog Log(JsonElement message)
    {
        var log = new OtlpLog
        {
            Time = OtlpJson.Time(message, "timeUnixNano"),
            ObservedTime = OtlpJson.Time(message, "observedTimeUnixNano"),
            Severity = OtlpJson.Enum(message, "severityNumber"),
            SeverityText = OtlpJson.Text(message, "severityText"),
            Body = OtlpJson.Member(message, "body", out var body) ? OtlpJson.AnyValue(body, 0) : null,
            TraceId = OtlpJson.Id(message, "traceId"),
            SpanId = OtlpJson.Id(message, "spanId"),
            EventName = OtlpJson.Text(message, "eventName"),
        };
        OtlpJson.Attributes(message, log.Attributes);
        return log;
    }
}
