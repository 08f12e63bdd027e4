using Orion.Sink.Sql;

namespace Orion.Sink.Rollups;

/// <summary>How the rows of an objective fared over a window, from rollups; those that sampling left out are in it.</summary>
/// <param name="Name">The objective.</param>
/// <param name="Good">Rows that were good.</param>
/// <param name="Total">All rows it is about.</param>
public sealed record SloCount(string Name, long Good, long Total)
{
    /// <summary>Rows that were not.</summary>
    public long Bad => Total - Good;
}

/// <summary>Counts by objective, over all processes and all definitions it has had.</summary>
internal static class SloReads
{
    public static List<SloCount> Read(Database database, WindowParts window)
    {
        var counts = new SortedDictionary<string, SloCount>(StringComparer.Ordinal);
        foreach (var (table, from, to) in window.Parts)
        {
            using var rows = database.Prepare($"""
                SELECT s.name, sum(r.count - r.errors), sum(r.count) FROM rollup_series s CROSS JOIN {table} r ON r.series = s.id
                WHERE s.kind = {(int)RollupKind.Slo} AND r.start >= ? AND r.start < ? GROUP BY s.name
                """);
            rows.Bind(1, from).Bind(2, to);
            while (rows.Step())
            {
                var name = rows.Text(0)!;
                var sum = counts.GetValueOrDefault(name) ?? new SloCount(name, 0, 0);
                counts[name] = sum with { Good = sum.Good + rows.Long(1), Total = sum.Total + rows.Long(2) };
            }
        }

        return [.. counts.Values];
    }
}
