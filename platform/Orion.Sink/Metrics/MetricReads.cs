using Orion.Sink.Central;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Metrics;

/// <summary>A series of a metric by the minute.</summary>
/// <param name="Name">The metric.</param>
/// <param name="Service">The service that measured it.</param>
/// <param name="Labels">Dimensions, a JSON object.</param>
/// <param name="Minutes">Its minutes, oldest first; those without a point are left out.</param>
public sealed record MetricSeries(string Name, string Service, string Labels, IReadOnlyList<MetricMinute> Minutes)
{
    /// <summary>Its unit.</summary>
    public string Unit { get; init; } = "";

    /// <summary>What its values mean.</summary>
    public MetricKind Kind { get; init; }

    /// <summary>How its sender aggregates.</summary>
    public MetricTemporality Temporality { get; init; }

    /// <summary>Of a sum: whether it only goes up.</summary>
    public bool Monotonic { get; init; }

    /// <summary>What it comes from.</summary>
    public ResourceRow Resource { get; init; } = ResourceRow.Unknown;

    /// <summary>The instrumentation scope that made it, when known.</summary>
    public ScopeRow? Scope { get; init; }

    /// <summary>The value at <paramref name="quantile"/> (0 to 1) over all minutes; null when those of a minute are not known.</summary>
    public double? Quantile(double quantile)
    {
        var all = new MetricDistribution();
        foreach (var minute in Minutes)
        {
            if (minute.Distribution is { } known)
            {
                all.Merge(known);
            }
            else if (minute.Count > 0)
            {
                return null;
            }
        }

        return all.Quantile(quantile);
    }
}

/// <summary>A minute of a series.</summary>
/// <param name="Minute">Its start.</param>
/// <param name="Points">Points recorded.</param>
/// <param name="Count">Measurements in them.</param>
/// <param name="Sum">
/// Sum of the values: for a counter what was added, for a histogram the total; null when that of one of them is not known.
/// </param>
/// <param name="Min">Smallest value; null when not known.</param>
/// <param name="Max">Largest value; null when not known.</param>
/// <param name="Last">Latest value, of a histogram the sum; null when not known.</param>
/// <param name="Distribution">How the values lie; null of a counter, and where it is not known.</param>
public sealed record MetricMinute(DateTimeOffset Minute, long Points, long Count, double? Sum, double? Min, double? Max, double? Last,
    MetricDistribution? Distribution);

/// <summary>What is known of a metric.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Kind">What its values mean.</param>
/// <param name="Description">What it measures, for people.</param>
public sealed record MetricDescription(string Name, string Unit, MetricKind Kind, string? Description);

/// <summary>Reads metrics from their rollups.</summary>
internal static class MetricReads
{
    private const int MaxSeries = 200;

    public static List<MetricDescription> Describe(Database database)
    {
        using var rows = database.Prepare("SELECT name, unit, kind, description FROM metrics_metadata ORDER BY name, unit, kind");
        var metrics = new List<MetricDescription>();
        while (rows.Step())
        {
            metrics.Add(new MetricDescription(rows.Text(0)!, rows.Text(1)!, (MetricKind)rows.Long(2), rows.Text(3)));
        }

        return metrics;
    }

    public static List<MetricSeries> Read(Database database, string name, DateTimeOffset from, DateTimeOffset to)
    {
        var range = TimeRange.Of(from, to);
        var version = CentralSchema.Versions.Of(database);
        var (columns, sources) = version >= MetricRollups.IdentitySince
            ? ("s.unit, s.kind, s.temporality, s.monotonic, r.attributes, c.name, c.version, c.attributes",
                "LEFT JOIN resources r ON r.id = s.resource LEFT JOIN scopes c ON c.id = s.scope")
            : ("coalesce(m.unit, ''), coalesce(m.kind, 0), 0, 0, NULL, NULL, NULL, NULL",
                "LEFT JOIN metrics_metadata m ON m.name = s.name");
        using var all = database.Prepare($"""
            SELECT s.id, s.service, s.labels, {columns} FROM metric_rollup_series s {sources}
            WHERE s.name = ?1 AND EXISTS (SELECT 1 FROM metric_rollups_minute WHERE series = s.id AND start >= ?2 AND start < ?3)
            ORDER BY s.service, s.labels, s.id LIMIT ?4
            """);
        var distribution = version >= MetricRollups.DistributionsSince ? "distribution" : "NULL";
        using var minutes = database.Prepare(
            $"SELECT start, points, count, sum, min, max, last, {distribution} FROM metric_rollups_minute "
            + "WHERE series = ? AND start >= ? AND start < ? ORDER BY start");
        var first = UnixTime.Floor(range.From, UnixTime.Minute);
        all.Bind(1, name).Bind(2, first).Bind(3, range.To).Bind(4, (long)MaxSeries);
        var series = new List<MetricSeries>();
        while (all.Step())
        {
            minutes.Bind(1, all.Long(0)).Bind(2, first).Bind(3, range.To);
            var found = new List<MetricMinute>();
            while (minutes.Step())
            {
                found.Add(Minute(minutes));
            }

            minutes.Reset();
            series.Add(new MetricSeries(name, all.Text(1)!, all.Text(2)!, found)
            {
                Unit = all.Text(3)!,
                Kind = (MetricKind)all.Long(4),
                Temporality = (MetricTemporality)all.Long(5),
                Monotonic = all.Long(6) != 0,
                Resource = all.Text(7) is { } resource ? new ResourceRow(resource) : ResourceRow.Unknown,
                Scope = all.Text(8) is { } scope
                    ? new ScopeRow(scope, all.Text(9) is { Length: > 0 } known ? known : null, all.Text(10)!)
                    : null,
            });
        }

        return series;
    }

    private static MetricMinute Minute(Statement row)
    {
        MetricDistribution? distribution = null;
        if (!row.IsNull(7))
        {
            distribution = new MetricDistribution();
            distribution.MergeBytes(row.Blob(7));
        }

        return new MetricMinute(UnixTime.Time(row.Long(0)), row.Long(1), row.Long(2), Number(row, 3), Number(row, 4), Number(row, 5),
            Number(row, 6), distribution);
    }

    private static double? Number(Statement row, int column) => row.IsNull(column) ? null : row.Double(column);
}
