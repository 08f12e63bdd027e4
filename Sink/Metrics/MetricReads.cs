namespace OrionPlatform.Sink;

/// <summary>A series of a metric by the minute.</summary>
/// <param name="Name">The metric.</param>
/// <param name="Service">The service that measured it.</param>
/// <param name="Labels">Dimensions, a JSON object.</param>
/// <param name="Minutes">Its minutes, oldest first; those without a point are left out.</param>
public sealed record MetricSeries(string Name, string Service, string Labels, IReadOnlyList<MetricMinute> Minutes)
{
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
/// <param name="Sum">Sum of the values: for a counter what was added, for a histogram the total.</param>
/// <param name="Min">Smallest value.</param>
/// <param name="Max">Largest value.</param>
/// <param name="Last">Latest value.</param>
/// <param name="Distribution">How the values lie; null of a counter, and where it is not known.</param>
public sealed record MetricMinute(DateTimeOffset Minute, long Points, long Count, double Sum, double Min, double Max, double Last, MetricDistribution? Distribution);

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
        using var rows = database.Prepare("SELECT name, unit, kind, description FROM metrics_metadata ORDER BY name");
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
        using var all = database.Prepare("SELECT id, service, labels FROM metric_rollup_series WHERE name = ? ORDER BY service, labels LIMIT ?");
        var distribution = CentralSchema.Versions.Of(database) >= MetricRollups.DistributionsSince ? "distribution" : "NULL";
        using var minutes = database.Prepare($"SELECT start, points, count, sum, min, max, last, {distribution} FROM metric_rollups_minute WHERE series = ? AND start >= ? AND start < ? ORDER BY start");
        all.Bind(1, name).Bind(2, (long)MaxSeries);
        var series = new List<MetricSeries>();
        while (all.Step())
        {
            minutes.Bind(1, all.Long(0)).Bind(2, UnixTime.Floor(range.From, UnixTime.Minute)).Bind(3, range.To);
            var found = new List<MetricMinute>();
            while (minutes.Step())
            {
                found.Add(Minute(minutes));
            }

            minutes.Reset();
            if (found.Count > 0)
            {
                series.Add(new MetricSeries(name, all.Text(1)!, all.Text(2)!, found));
            }
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

        return new MetricMinute(UnixTime.Time(row.Long(0)), row.Long(1), row.Long(2), row.Double(3), row.Double(4), row.Double(5), row.Double(6), distribution);
    }
}
