using System.Diagnostics;
using Orion.Sink.Rows;
using Orion.Sink.Segments;

namespace Orion.Sink.Otlp;

/// <summary>Makes rows of what came over OTLP.</summary>
internal static class OtlpRows
{
    /// <summary>The row of a span, a canonical line where it is or says it is one; or why it cannot be stored.</summary>
    public static SpanRow? Span(OtlpSource source, OtlpSpan span, OtlpClaims claims, out string? problem)
    {
        problem = !IsId(span.TraceId, 16) ? "a span's trace_id is not 16 bytes, or all zero"
            : !IsId(span.SpanId, 8) ? "a span's span_id is not 8 bytes, or all zero"
            : span.ParentSpanId.Length is not (0 or 8) ? "a span's parent_span_id is not 8 bytes"
            : span.Start is 0 or > long.MaxValue || span.End > long.MaxValue
                ? "a span's start_time_unix_nano or end_time_unix_nano is out of range"
            : null;
        if (problem is not null)
        {
            return null;
        }

        claims.Bind(source);
        var claimed = claims.TakeKind(source, span.Attributes);
        var kind = claimed ?? OtlpLines.KindOf(span, IsId(span.ParentSpanId, 8), claims.MayClaimLines(source));
        var service = source.Service ?? OtlpClaims.UnknownService;
        var row = kind is null ? Inner(service, span) : Line(kind, service, span);
        (row.Resource, row.Scope) = (source.Resource, source.Scope);
        row.TraceState = span.TraceState is { Length: > 0 } state ? state : null;
        row.ParentSpanId = IsId(span.ParentSpanId, 8) ? ActivitySpanId.CreateFromBytes(span.ParentSpanId) : default;
        row.Kind = span.Kind is >= 1 and <= 5 ? (ActivityKind)(span.Kind - 1) : ActivityKind.Internal;
        row.StartUnixNanos = (long)span.Start;
        row.DurationNanos = span.End > span.Start ? (long)(span.End - span.Start) : 0;
        row.Status = span.StatusCode switch
        {
            1 => SpanStatus.Ok,
            2 => SpanStatus.Error,
            _ => SpanStatus.Unset,
        };
        row.StatusMessage = span.StatusMessage is { Length: > 0 } message ? message : null;
        row.Tenant = claims.TakeTenant(source, span.Attributes);
        if (row is CanonicalLine line)
        {
            line.Surface = claims.TakeSurface(source, span.Attributes, OtlpLines.SurfaceOf(line.LineKind));
            if (claimed is not null)
            {
                FillClaimed(line, span);
            }
            else
            {
                OtlpLines.Fill(line, span);
            }
        }

        row.Attributes = span.Attributes.ToArray();
        row.Links = [.. span.Links.Where(l => IsId(l.TraceId, 16) && IsId(l.SpanId, 8))
            .Select(l => new SpanLink(ActivityTraceId.CreateFromBytes(l.TraceId), ActivitySpanId.CreateFromBytes(l.SpanId))
            {
                TraceState = l.TraceState is { Length: > 0 } linked ? linked : null, Attributes = l.Attributes.ToArray(),
                DroppedAttributes = l.Attributes.Dropped,
            })];
        row.Events = [.. span.Events.Select(e =>
            new SpanEvent(Nanos(e.Time), e.Name, e.Attributes.ToArray()) { DroppedAttributes = e.Attributes.Dropped })];
        return row;
    }

    public static LogRow Log(OtlpSource source, OtlpLog log, OtlpClaims claims, long now)
    {
        claims.Bind(source);
        var attributes = log.Attributes;
        if (log.EventName is { Length: > 0 } name)
        {
            attributes.Add("event.name", name);
        }

        var row = new LogRow
        {
            Service = source.Service ?? OtlpClaims.UnknownService,
            Category = source.Scope.Name,
            Resource = source.Resource,
            Scope = source.Scope,
            SeverityText = log.SeverityText is { Length: > 0 } severity ? severity : null,
            Message = AttributeJson.Text(log.Body),
            Body = log.Body is string ? null : log.Body,
            UnixNanos = Nanos(log.Time) is var time and not 0 ? time : Nanos(log.ObservedTime) is var observed and not 0 ? observed : now,
            Level = OtlpSeverity.Level(log.Severity, log.SeverityText),
            TraceId = IsId(log.TraceId, 16) ? ActivityTraceId.CreateFromBytes(log.TraceId) : default,
            SpanId = IsId(log.SpanId, 8) ? ActivitySpanId.CreateFromBytes(log.SpanId) : default,
            Template = attributes.Take("{OriginalFormat}"),
            CorrelationId = attributes.Take("correlation_id"),
            Tenant = claims.TakeTenant(source, attributes),
            Exception = Exception(attributes),
        };
        row.Attributes = attributes.ToArray();
        return row;
    }

    /// <summary>A line by its sender's own account: its columns are attributes.</summary>
    private static void FillClaimed(CanonicalLine line, OtlpSpan span)
    {
        line.Route = span.Attributes.Take("orion.route") ?? span.Attributes.Text("http.route");
        line.Method = span.Attributes.Text("http.request.method");
        line.StatusCode = span.Attributes.Number("http.response.status_code") is { } status and >= 0 and < 1000 ? (int)status : null;
        line.Outcome = span.Attributes.Take("orion.outcome") ?? (span.StatusCode == 2 ? "error" : "ok");
        line.ErrorCode = span.Attributes.Take("orion.error_code");
        line.ErrorType = span.Attributes.Text("error.type");
        line.CorrelationId = span.Attributes.Take("orion.correlation_id");
        line.User = span.Attributes.Take("user.id");
        line.ClientWaitMs = span.Attributes.Number(CanonicalLine.ClientWaitKey) is { } wait and > 0 and < 86_400_000 ? wait : 0;
    }

    private static CanonicalLine Line(string kind, string service, OtlpSpan span) => new()
    {
        TraceId = ActivityTraceId.CreateFromBytes(span.TraceId),
        SpanId = ActivitySpanId.CreateFromBytes(span.SpanId),
        Service = service,
        Name = span.Name,
        LineKind = kind is CanonicalLine.Job or CanonicalLine.Operation ? kind : CanonicalLine.Request,
    };

    private static SpanRow Inner(string service, OtlpSpan span) => new()
    {
        TraceId = ActivityTraceId.CreateFromBytes(span.TraceId),
        SpanId = ActivitySpanId.CreateFromBytes(span.SpanId),
        Service = service,
        Name = span.Name,
        ErrorType = span.Attributes.Text("error.type"),
    };

    private static string? Exception(OtlpAttributes attributes)
    {
        var (type, message, stack) =
            (attributes.Take("exception.type"), attributes.Take("exception.message"), attributes.Take("exception.stacktrace"));
        return type is null && message is null && stack is null ? null
            : stack is not null && (type is null || stack.StartsWith(type, StringComparison.Ordinal)) ? stack
            : $"{type}: {message}{(stack is null ? "" : "\n")}{stack}";
    }

    private static long Nanos(ulong time) => time <= long.MaxValue ? (long)time : 0;

    private static bool IsId(byte[] bytes, int length) => bytes.Length == length && bytes.AsSpan().ContainsAnyExcept((byte)0);
}
