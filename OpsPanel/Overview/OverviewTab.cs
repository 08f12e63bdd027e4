using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using OrionPlatform.Sink;
using OrionPlatform.Store;

namespace OrionPlatform.OpsPanel;

/// <summary>Is the platform well? Services, the public API against its SLOs, the queue, open alerts, and what telemetry itself has lost.</summary>
internal sealed class OverviewTab(TelemetryReader reader, DomainStore store, JobQueue jobs, HtmlPainter painter, RenderCache cache, StreamSeats seats, TimeProvider time) : ITab
{
    private const int DeadLetters = 5;

    public string Route => "overview";

    public string Section => "overview";

    public Watches Watches => Watches.Telemetry | Watches.Store | Watches.Clock;

    public TabView Parse(HttpRequest request) => OverviewView.Parse(request);

    public string Title(TabView view) => "Overview";

    public async Task<Painting> PaintAsync(TabView view, string @base, CancellationToken cancellationToken)
    {
        var data = await ReadAsync(((OverviewView)view).Window, cancellationToken);
        return new Painting(
        [
            await painter.FragmentAsync<KeyFigures>("ov-figures", ("Data", data)),
            await painter.FragmentAsync<OpenAlerts>("ov-alerts", ("Data", data)),
            await painter.FragmentAsync<MinuteCharts>("ov-charts", ("Minutes", data.Figures.Minutes), ("Now", data.Now)),
            await painter.FragmentAsync<ServiceTable>("ov-services", ("Data", data)),
            await painter.FragmentAsync<RouteTable>("ov-routes", ("Base", @base), ("View", view), ("Routes", data.Routes)),
            await painter.FragmentAsync<QueueTable>("ov-queue", ("Data", data), ("Base", @base)),
            await painter.FragmentAsync<LossAccount>("ov-losses", ("Losses", data.Losses)),
            await painter.FragmentAsync<PanelFigures>("ov-panel", ("Hits", cache.Hits), ("Misses", cache.Misses), ("Streams", seats.Open)),
        ]);
    }

    public Task<RenderFragment> FrameAsync(TabView view, Painting painting, string @base, CancellationToken cancellationToken) =>
        Task.FromResult(HtmlPainter.Content<OverviewFrame>(("View", view), ("Painting", painting), ("Base", @base)));

    private async Task<OverviewData> ReadAsync(TimeSpan window, CancellationToken cancellationToken)
    {
        var figures = reader.OverviewAsync(window, cancellationToken);
        var routes = reader.FiguresAsync(FiguresOf.Routes, window, cancellationToken);
        var beats = reader.HeartbeatsAsync(cancellationToken);
        var alerts = reader.AlertsAsync(cancellationToken: cancellationToken);
        var losses = reader.LossAsync(cancellationToken);
        var queue = jobs.DepthAsync(cancellationToken);
        var dead = jobs.DeadLettersAsync(DeadLetters, cancellationToken);
        var tasks = store.ReadAsync(NodeTasks.DepthAsync, cancellationToken);
        await Task.WhenAll(figures, routes, beats, alerts, losses, queue, dead, tasks);
        return new OverviewData
        {
            Now = time.GetUtcNow(),
            Figures = await figures,
            Routes = await routes,
            Heartbeats = await beats,
            Alerts = await alerts,
            Losses = await losses,
            Queue = await queue,
            NodeTasks = await tasks,
            DeadLetters = await dead,
        };
    }
}
