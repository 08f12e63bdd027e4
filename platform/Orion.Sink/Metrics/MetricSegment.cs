using System.Text.Json;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Metrics;

/// <summary>Inserts metric points into a segment.</summary>
internal sealed class MetricWriter(Database database, SegmentWords words) : IDisposable
{
    public const string Sql = """
        CREATE TABLE metric_series (id INTEGER PRIMARY KEY, name TEXT NOT NULL, service TEXT NOT NULL, labels TEXT NOT NULL,
            unit TEXT NOT NULL, kind INTEGER NOT NULL, UNIQUE (name, service, labels));
        CREATE TABLE metrics_timeseries (id INTEGER PRIMARY KEY, skew INTEGER NOT NULL, series INTEGER NOT NULL, value REAL NOT NULL,
            count INTEGER NOT NULL, min REAL, max REAL, bounds TEXT, buckets TEXT);
        CREATE INDEX metrics_timeseries_series ON metrics_timeseries (series);
        """;

    /// <summary>
    /// A series is told apart by all that OpenTelemetry's data model says, and a histogram may have no sum. Of a series from before,
    /// nothing is known of where it came from.
    /// </summary>
    public static readonly string Identity = $"""
        {Constraints.Drop("metrics_timeseries", "value REAL NOT NULL", "value REAL")}
        ALTER TABLE metric_series RENAME TO metric_series_before;
        {MetricSeriesTable.Create("metric_series")}
        INSERT INTO metric_series (id, name, unit, kind, temporality, monotonic, service, resource, scope, labels)
            SELECT id, name, unit, kind, 0, 0, service, 0, 0, labels FROM metric_series_before;
        DROP TABLE metric_series_before;
        """;

    private readonly Statement _insert = database.Prepare(
        "INSERT INTO metrics_timeseries (id, skew, series, value, count, min, max, bounds, buckets) VALUES (?,?,?,?,?,?,?,?,?)");
    private readonly MetricSeriesTable _series = new(database, "metric_series", words.Sources);

    public void Insert(MetricPoint point, ref RowKey key)
    {
        var series = _series.Id(point, AttributeJson.Of(point.Labels));
        _insert.ClearBindings();
        _insert.Bind(3, series).Bind(5, point.Count);
        if (point.Value is { } value)
        {
            _insert.Bind(4, value);
        }

        if (point.Min is { } min)
        {
            _insert.Bind(6, min);
        }

        if (point.Max is { } max)
        {
            _insert.Bind(7, max);
        }

        if (point.Buckets.Length > 0)
        {
            _insert.Bind(8, JsonSerializer.Serialize(point.Bounds)).Bind(9, JsonSerializer.Serialize(point.Buckets));
        }

        while (!_insert.Bind(1, key.Take(point.UnixNanos)).Bind(2, key.Skew).TryInsert())
        {
            key.Taken();
        }
    }

    public void RolledBack() => _series.Forget();

    public void Dispose()
    {
        _insert.Dispose();
        _series.Dispose();
    }
}
