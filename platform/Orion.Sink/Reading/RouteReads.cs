using Orion.Sink.Rollups;
using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>What a route's figures are about.</summary>
public enum FiguresOf
{
    /// <summary>Requests and jobs, by route or job kind.</summary>
    Routes,

    /// <summary>Inner spans, by name.</summary>
    Spans,
}

/// <summary>One route's, job kind's or span name's figures over a window, from rollups.</summary>
public sealed record RouteFigures
{
    /// <summary>The service.</summary>
    public required string Service { get; init; }

    /// <summary>The surface; empty for inner spans.</summary>
    public required string Surface { get; init; }

    /// <summary>Route template, job kind or span name.</summary>
    public required string Name { get; init; }

    /// <summary>How many ended.</summary>
    public required long Count { get; init; }

    /// <summary>Those that failed.</summary>
    public required long Errors { get; init; }

    /// <summary>Those the caller was to blame for (4xx).</summary>
    public required long ClientErrors { get; init; }

    /// <summary>Sum of their durations, milliseconds.</summary>
    public required double TotalMs { get; init; }

    /// <summary>Median of their duration, milliseconds.</summary>
    public required double P50Ms { get; init; }

    /// <summary>95th percentile, milliseconds.</summary>
    public required double P95Ms { get; init; }

    /// <summary>99th percentile, milliseconds.</summary>
    public required double P99Ms { get; init; }
}

/// <summary>Figures by route or span name.</summary>
internal static class RouteReads
{
    public static List<RouteFigures> Read(Database database, FiguresOf of, WindowParts window)
    {
        var kind = of == FiguresOf.Routes ? RollupKind.Route : RollupKind.Span;
        var cells = new SortedDictionary<(string Service, string Surface, string Name), (RollupCell All, long ClientErrors)>();
        foreach (var (table, from, to) in window.Parts)
        {
            using var rows = database.Prepare($"""
                SELECT s.service, s.surface, s.name, s.class, r.count, r.errors, r.sum_ns, r.durations
                FROM rollup_series s CROSS JOIN {table} r ON r.series = s.id
                WHERE s.kind = {(int)kind} AND r.start >= ? AND r.start < ?
                """);
            rows.Bind(1, from).Bind(2, to);
            while (rows.Step())
            {
                var key = (rows.Text(0)!, rows.Text(1)!, rows.Text(2)!);
                var (cell, clientErrors) = cells.TryGetValue(key, out var known) ? known : (new RollupCell(), 0L);
                cell.Merge(rows.Long(4), rows.Long(5), rows.Long(6), rows.Blob(7));
                cells[key] = (cell, clientErrors + (rows.Text(3)!.StartsWith("client_error", StringComparison.Ordinal) ? rows.Long(4) : 0));
            }
        }

        return [.. cells.Select(c => Figures(c.Key, c.Value.All, c.Value.ClientErrors))];
    }

    private static RouteFigures Figures((string Service, string Surface, string Name) key, RollupCell cell, long clientErrors) => new()
    {
        Service = key.Service,
        Surface = key.Surface,
        Name = key.Name,
        Count = cell.Count,
        Errors = cell.Errors,
        ClientErrors = clientErrors,
        TotalMs = cell.SumNanos / 1e6,
        P50Ms = cell.Durations.Quantile(0.5) / 1e6,
        P95Ms = cell.Durations.Quantile(0.95) / 1e6,
        P99Ms = cell.Durations.Quantile(0.99) / 1e6,
    };
}
