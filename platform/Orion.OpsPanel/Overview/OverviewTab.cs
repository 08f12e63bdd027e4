using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Orion.OpsPanel.Live;
using Orion.OpsPanel.Shell;
using Orion.Sink.Reading;
using Orion.Sink.Rollups;
using Orion.Sink.ServiceLevels;
using Orion.Store.Jobs;
using Orion.Telemetry.ServerSentEvents;

namespace Orion.OpsPanel.Overview;

/// <summary>
/// Is the platform well? Services, the public API against its SLOs, the queue, open alerts, and what telemetry itself has lost.
/// </summary>
internal sealed class OverviewTab(
    TelemetryReader reader, JobQueue jobs, IEnumerable<IWorkQueue> queues, IOptions<SloOptions> slos,
    HtmlPainter painter, RenderCache cache, StreamConcurrencyLimiter streams, TimeProvider time) : ITab
{
    private const int DeadLetters = 5;
    private static readonly TimeSpan s_budgetTime = TimeSpan.FromDays(30);

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
            await painter.FragmentAsync<MinuteCharts>("ov-charts", ("Minutes", data.Figures.Minutes), ("Now", data.Now),
                ("Limit", data.LatencyLimitMs)),
            await painter.FragmentAsync<ObjectiveTable>("ov-objectives", ("Objectives", data.Objectives)),
            await painter.FragmentAsync<ServiceTable>("ov-services", ("Data", data)),
            await painter.FragmentAsync<RouteTable>("ov-routes", ("Base", @base), ("View", view), ("Routes", data.Routes)),
            await painter.FragmentAsync<QueueTable>("ov-queue", ("Data", data), ("Base", @base)),
            await painter.FragmentAsync<LossAccount>("ov-losses", ("Losses", data.Losses)),
            await painter.FragmentAsync<PanelFigures>("ov-panel", ("Hits", cache.Hits), ("Misses", cache.Misses),
                ("Streams", streams.Open)),
        ]);
    }

    public Task<RenderFragment> FrameAsync(TabView view, Painting painting, string @base, CancellationToken cancellationToken) =>
        Task.FromResult(HtmlPainter.Content<OverviewFrame>(("View", view), ("Painting", painting), ("Base", @base)));

    private async Task<OverviewData> ReadAsync(TimeSpan window, CancellationToken cancellationToken)
    {
        var figures = reader.OverviewAsync(window, cancellationToken);
        var routes = reader.FiguresAsync(FiguresOf.Routes, window, cancellationToken);
        var counts = reader.SlosAsync(window, cancellationToken);
        var month = reader.SlosAsync(s_budgetTime, cancellationToken);
        var beats = reader.HeartbeatsAsync(cancellationToken);
        var alerts = reader.AlertsAsync(cancellationToken: cancellationToken);
        var losses = reader.LossAsync(cancellationToken);
        var queue = jobs.DepthAsync(cancellationToken);
        var dead = jobs.DeadLettersAsync(DeadLetters, cancellationToken);
        var further = Task.WhenAll(queues.Select(q => q.DepthAsync(cancellationToken)));
        await Task.WhenAll(figures, routes, counts, month, beats, alerts, losses, queue, dead, further);
        return new OverviewData
        {
            Now = time.GetUtcNow(),
            Figures = await figures,
            Routes = await routes,
            Objectives = [.. slos.Value.All.Select(s => new ObjectiveState(s, Count(s, counts.Result), Count(s, month.Result)))],
            LatencyLimitMs = slos.Value.PublicLatency?.Limit.TotalMilliseconds,
            Heartbeats = await beats,
            Alerts = await alerts,
            Losses = await losses,
            Queue = await queue,
            FurtherQueues = await further,
            DeadLetters = await dead,
        };
    }

    private static SloCount Count(Slo slo, IReadOnlyList<SloCount> counts) =>
        counts.FirstOrDefault(c => c.Name == slo.Name) ?? new SloCount(slo.Name, 0, 0);
}
