using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Orion.OpsPanel.Live;
using Orion.OpsPanel.Shell;
using Orion.Sink.Reading;
using Orion.Sink.Rows;

namespace Orion.OpsPanel.Logs;

/// <summary>What all services log, newest first, as it comes in.</summary>
internal sealed class LogsTab(TelemetryReader reader, HtmlPainter painter) : ITab
{
    public string Route => "logs";

    public string Section => "logs";

    public Watches Watches => Watches.Telemetry;

    public TabView Parse(HttpRequest request) => LogsView.Parse(request);

    public string Title(TabView view) => "Logs";

    public bool IsLive(TabView view) => ((LogsView)view).After is null;

    public async Task<Painting> PaintAsync(TabView view, string @base, CancellationToken cancellationToken)
    {
        var logs = (LogsView)view;
        var page = await ReadAsync(logs, cancellationToken);
        return new Painting([await painter.FragmentAsync<LogList>("logs-list", ("Page", page), ("View", logs), ("Base", @base))]);
    }

    public async Task<RenderFragment> FrameAsync(TabView view, Painting painting, string @base, CancellationToken cancellationToken)
    {
        var services = await reader.ServicesAsync(cancellationToken);
        return HtmlPainter.Content<LogsFrame>(("View", view), ("Painting", painting), ("Base", @base), ("Services", services));
    }

    private async Task<Page<LogRow>> ReadAsync(LogsView view, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.LogsAsync(
                view.Query with { To = view.Query.To ?? (view.Query.From > reader.Latest ? null : reader.Latest) }, cancellationToken);
        }
        catch (ArgumentException) when (view.After is not null)
        {
            throw new BadViewException("after", "is not a page of this list.");
        }
    }
}
