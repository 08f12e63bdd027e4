using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Orion.OpsPanel.Figures;
using Orion.OpsPanel.Live;

namespace Orion.OpsPanel.Traces;

/// <summary>One trace, and the span of its story whose details are shown.</summary>
/// <param name="TraceId">The trace.</param>
/// <param name="Span">The span; null for the trace's root.</param>
/// <param name="Alone">Whether its causes and consequences are left out.</param>
public sealed record TraceView(ActivityTraceId TraceId, ActivitySpanId? Span, bool Alone) : TabView
{
    internal override string Location =>
        QueryReader.Location($"traces/{TraceId}", ("alone", Alone ? "1" : null), ("span", Span?.ToString()));

    /// <summary>Where it is as an OTLP/JSON file.</summary>
    internal string ExportLocation => QueryReader.Location($"traces/{TraceId}/otlp.json", ("alone", Alone ? "1" : null));

    internal string PictureLocation => QueryReader.Location($"traces/{TraceId}/waterfall.svg", ("alone", Alone ? "1" : null));

    internal static TraceView Parse(HttpRequest request)
    {
        var id = TracesView.FindTraceId(request.RouteValues["traceId"] as string ?? "")
            ?? throw new BadViewException("trace id", "must be 32 hexadecimal digits.");
        var query = new QueryReader(request.Query);
        return new TraceView(id, query.Text("span") is { } span ? SpanId(span) : null, query.Flag("alone"));
    }

    private static ActivitySpanId SpanId(string text) => text.Length == 16 && text.All(char.IsAsciiHexDigitLower)
        ? ActivitySpanId.CreateFromString(text)
        : throw new BadViewException("span", "must be 16 lower-case hexadecimal digits.");
}
