using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Orion.OpsPanel.Live;
using Orion.OpsPanel.Shell;
using Orion.Sink.Reading;

namespace Orion.OpsPanel.Metrics;

/// <summary>What all services measure: every metric, and of one its series over the last hour with where each comes from.</summary>
internal sealed class MetricsTab(TelemetryReader reader, HtmlPainter painter, TimeProvider time) : ITab
{
    public string Route => "metrics";

    public string Section => "metrics";

    public Watches Watches => Watches.Telemetry;

    public TabView Parse(HttpRequest request) => MetricsView.Parse(request);

    public string Title(TabView view) => ((MetricsView)view).Name ?? "Metrics";

    public async Task<Painting> PaintAsync(TabView view, string @base, CancellationToken cancellationToken)
    {
        var metrics = (MetricsView)view;
        if (metrics.Name is not { } name)
        {
            var all = (await reader.MetricsAsync(cancellationToken))
                .Where(m => metrics.Text is not { } text || m.Name.Contains(text, StringComparison.OrdinalIgnoreCase)).ToList();
            return new Painting([await painter.FragmentAsync<MetricList>(
                "metrics-list", ("Metrics", all), ("View", metrics), ("Base", @base))]);
        }

        var now = time.GetUtcNow();
        var series = await reader.MetricAsync(name, now - MetricsView.Window, now + TimeSpan.FromMinutes(1), cancellationToken);
        return new Painting([await painter.FragmentAsync<SeriesList>("metrics-list", ("Series", series))]);
    }

    public Task<RenderFragment> FrameAsync(TabView view, Painting painting, string @base, CancellationToken cancellationToken) =>
        Task.FromResult(HtmlPainter.Content<MetricsFrame>(("View", view), ("Painting", painting), ("Base", @base)));
}
