using System.Diagnostics;
using Orion.Sink.Rows;
using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Tracing;

/// <summary>
/// As much of a request, job or span as its rollups need, for one that is not stored. The sink counts such a row and keeps nothing of it,
/// so each thread fills the same one again.
/// </summary>
internal static class LeftOutRows
{
    [ThreadStatic]
    private static CanonicalLine? s_line;

    [ThreadStatic]
    private static SpanRow? s_span;

    public static CanonicalLine Line(CanonicalLineContext scope, string service)
    {
        var row = s_line ??= new CanonicalLine
        {
            TraceId = default,
            SpanId = default,
            Service = "",
            Name = "",
            LineKind = "",
            SampledOut = true,
        };
        row.LineKind = scope.Kind;
        row.Surface = scope.Surface;
        row.Route = scope.Route;
        row.Outcome = scope.Outcome;
        row.Tenant = scope.Tenant;
        Fill(row, scope.Root, service);
        row.DurationNanos = scope.DurationNanos;
        row.ClientWaitMs = scope.ClientWaitMs;
        return row;
    }

    public static SpanRow Span(Activity activity, string service)
    {
        var row = s_span ??= new SpanRow { TraceId = default, SpanId = default, Service = "", Name = "", SampledOut = true };
        Fill(row, activity, service);
        row.DurationNanos = SpanRows.DurationNanos(activity);
        return row;
    }

    private static void Fill(SpanRow row, Activity activity, string service)
    {
        row.Service = service;
        row.Name = activity.DisplayName;
        row.StartUnixNanos = SpanRows.UnixNanos(activity.StartTimeUtc);
        row.Status = (SpanStatus)activity.Status;
    }
}
