using System.Text.Json;

namespace OrionPlatform.Sink;

/// <summary>Inserts metric points into a segment.</summary>
internal sealed class MetricWriter(Database database) : IDisposable
{
    public const string Sql = """
        CREATE TABLE metric_series (id INTEGER PRIMARY KEY, name TEXT NOT NULL, service TEXT NOT NULL, labels TEXT NOT NULL, unit TEXT NOT NULL, kind INTEGER NOT NULL,
            UNIQUE (name, service, labels));
        CREATE TABLE metrics_timeseries (id INTEGER PRIMARY KEY, skew INTEGER NOT NULL, series INTEGER NOT NULL, value REAL NOT NULL, count INTEGER NOT NULL, min REAL, max REAL,
            bounds TEXT, buckets TEXT);
        CREATE INDEX metrics_timeseries_series ON metrics_timeseries (series);
        """;

    // Bounded by MaxCached; cleared when full, and the table's own index finds the series again.
    private const int MaxCached = 20_000;

    private readonly Dictionary<(string Name, string Service, string Labels), long> _series = [];
    private readonly Statement _insert = database.Prepare("INSERT INTO metrics_timeseries (id, skew, series, value, count, min, max, bounds, buckets) VALUES (?,?,?,?,?,?,?,?,?)");
    private readonly Statement _addSeries = database.Prepare("INSERT INTO metric_series (name, service, labels, unit, kind) VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING");
    private readonly Statement _findSeries = database.Prepare("SELECT id FROM metric_series WHERE name = ? AND service = ? AND labels = ?");

    public void Insert(MetricPoint point, ref RowKey key)
    {
        var series = Series(point);
        _insert.ClearBindings();
        _insert.Bind(3, series).Bind(4, point.Value).Bind(5, point.Count);
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

    public void RolledBack() => _series.Clear();

    public void Dispose()
    {
        _insert.Dispose();
        _addSeries.Dispose();
        _findSeries.Dispose();
    }

    private long Series(MetricPoint point)
    {
        var labels = AttributeJson.Of(point.Labels);
        if (_series.TryGetValue((point.Name, point.Service, labels), out var id))
        {
            return id;
        }

        _addSeries.Bind(1, point.Name).Bind(2, point.Service).Bind(3, labels).Bind(4, point.Unit).Bind(5, (long)point.Kind).Run();
        _findSeries.Bind(1, point.Name).Bind(2, point.Service).Bind(3, labels).Step();
        id = _findSeries.Long(0);
        _findSeries.Reset();
        if (_series.Count >= MaxCached)
        {
            _series.Clear();
        }

        return _series[(point.Name, point.Service, labels)] = id;
    }
}
