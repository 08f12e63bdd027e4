using Microsoft.AspNetCore.Http;
using Orion.OpsPanel.Figures;
using Orion.OpsPanel.Live;

namespace Orion.OpsPanel.Overview;

/// <summary>The Overview's parameters.</summary>
/// <param name="Window">How far it looks back.</param>
/// <param name="Sort">The column by which the routes are ordered.</param>
public sealed record OverviewView(TimeSpan Window, string Sort) : TabView
{
    internal static readonly IReadOnlyList<(string Key, TimeSpan Window)> Windows =
    [
        ("15m", TimeSpan.FromMinutes(15)), ("1h", TimeSpan.FromHours(1)), ("6h", TimeSpan.FromHours(6)), ("24h", TimeSpan.FromHours(24)),
    ];

    internal override string Location => QueryReader.Location(
        "overview",
        ("window", Window == Windows[0].Window ? null : Windows.First(w => w.Window == Window).Key),
        ("sort", Sort == RouteOrder.Default ? null : Sort));

    internal static OverviewView Parse(HttpRequest request)
    {
        var query = new QueryReader(request.Query);
        return new OverviewView(
            query.Choice("window", Windows[0].Window, Windows.ToDictionary(w => w.Key, w => w.Window)),
            query.Text("sort") is not { } sort ? RouteOrder.Default
                : RouteOrder.Columns.Any(c => c.Key == sort) ? sort
                : throw new BadViewException("sort", $"must be one of {string.Join(", ", RouteOrder.Columns.Select(c => c.Key))}."));
    }
}
