using Microsoft.AspNetCore.Http;
using Orion.OpsPanel.Figures;
using Orion.OpsPanel.Live;

namespace Orion.OpsPanel.Metrics;

/// <summary>What the Metrics page shows: all metrics, or the series of one.</summary>
public sealed record MetricsView : TabView
{
    /// <summary>How far back series go.</summary>
    internal static TimeSpan Window { get; } = TimeSpan.FromHours(1);

    internal string? Name { get; init; }

    internal string? Text { get; init; }

    internal override string Location => QueryReader.Location("metrics", ("name", Name), ("q", Text));

    internal static MetricsView Parse(HttpRequest request)
    {
        var query = new QueryReader(request.Query);
        return new MetricsView { Name = query.Text("name"), Text = query.Text("q") };
    }
}
