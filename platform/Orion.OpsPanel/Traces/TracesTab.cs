using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Orion.OpsPanel.Live;
using Orion.OpsPanel.Shell;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.ServiceLevels;

namespace Orion.OpsPanel.Traces;

/// <summary>Requests and jobs of all services, newest first, live.</summary>
internal sealed class TracesTab(TelemetryReader reader, IOptions<SloOptions> slos, HtmlPainter painter) : ITab
{
    public string Route => "traces";

    public string Section => "traces";

    public Watches Watches => Watches.Telemetry;

    public TabView Parse(HttpRequest request) => TracesView.Parse(request);

    public string Title(TabView view) => "Traces";

    // An older page stands still: rows that arrive do not belong on it.
    public bool IsLive(TabView view) => ((TracesView)view).After is null;

    public async Task<Painting> PaintAsync(TabView view, string @base, CancellationToken cancellationToken)
    {
        var traces = (TracesView)view;
        var page = await ReadAsync(traces, cancellationToken);
        return new Painting([await painter.FragmentAsync<TraceList>(
            "traces-list", ("Page", page), ("View", traces), ("Base", @base), ("Objective", slos.Value.PublicLatency))]);
    }

    public async Task<RenderFragment> FrameAsync(TabView view, Painting painting, string @base, CancellationToken cancellationToken)
    {
        var services = await reader.ServicesAsync(cancellationToken);
        return HtmlPainter.Content<TracesFrame>(("View", view), ("Painting", painting), ("Base", @base), ("Services", services));
    }

    private async Task<Page<CanonicalLine>> ReadAsync(TracesView view, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.LinesAsync(
                view.Query with { To = view.Query.To ?? (view.Query.From > reader.Latest ? null : reader.Latest) }, cancellationToken);
        }
        catch (ArgumentException) when (view.After is not null)
        {
            throw new BadViewException("after", "is not a page of this list.");
        }
    }
}
