using Orion.Sink.Reading;

namespace Orion.OpsPanel.Overview;

/// <summary>Orders of the table of routes, largest first.</summary>
internal static class RouteOrder
{
    public const string Default = "count";

    /// <summary>The columns it can be ordered by: what is in the address, the heading, and the value.</summary>
    public static readonly IReadOnlyList<(string Key, string Heading, Func<RouteFigures, double> Value)> Columns =
    [
        ("count", "Count", r => r.Count),
        ("errors", "Errors", r => r.Errors),
        ("p50", "p50", r => r.P50Ms),
        ("p95", "p95", r => r.P95Ms),
        ("p99", "p99", r => r.P99Ms),
        ("total", "Time spent", r => r.TotalMs),
    ];

    public static IEnumerable<RouteFigures> By(string key, IEnumerable<RouteFigures> routes) =>
        routes.OrderByDescending(Columns.First(c => c.Key == key).Value).ThenBy(r => r.Service, StringComparer.Ordinal)
            .ThenBy(r => r.Name, StringComparer.Ordinal);
}
