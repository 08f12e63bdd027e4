using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Metrics;

/// <summary>
/// Metrics by the minute, and what is known of each metric, in <c>telemetry.db</c>: short enough to keep when raw points have gone.
/// </summary>
internal sealed class MetricRollups
{
    public const string Sql = """
        CREATE TABLE metrics_metadata (name TEXT PRIMARY KEY, unit TEXT NOT NULL, kind INTEGER NOT NULL, description TEXT,
            first_seen INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE metric_rollup_series (id INTEGER PRIMARY KEY, name TEXT NOT NULL, service TEXT NOT NULL, labels TEXT NOT NULL,
            UNIQUE (name, service, labels));
        CREATE TABLE metric_rollups_minute (series INTEGER NOT NULL, start INTEGER NOT NULL, points INTEGER NOT NULL,
            count INTEGER NOT NULL, sum REAL NOT NULL, min REAL NOT NULL, max REAL NOT NULL, last REAL NOT NULL,
            PRIMARY KEY (series, start)) WITHOUT ROWID;
        """;

    /// <summary>Rows from the version before have no distribution.</summary>
    public const string Distributions = """
        ALTER TABLE metric_rollups_minute ADD COLUMN p95 REAL;
        ALTER TABLE metric_rollups_minute ADD COLUMN distribution BLOB;
        """;

    /// <summary>Version of <c>telemetry.db</c> that has them.</summary>
    public const int DistributionsSince = 5;

    /// <summary>
    /// A series is told apart by all that OpenTelemetry's data model says, and a metric by unit and kind too; sum, least and greatest may
    /// be unknown. Of a series from before, nothing is known of where it came from.
    /// </summary>
    public static readonly string Identity = $"""
        ALTER TABLE metric_rollups_minute ADD COLUMN last_at INTEGER;
        {Constraints.Drop("metric_rollups_minute", "REAL NOT NULL", "REAL")}
        {SourceTable.Sql}
        ALTER TABLE metric_rollup_series RENAME TO metric_rollup_series_before;
        {MetricSeriesTable.Create("metric_rollup_series")}
        INSERT INTO metric_rollup_series (id, name, unit, kind, temporality, monotonic, service, resource, scope, labels)
            SELECT s.id, s.name, coalesce(m.unit, ''), coalesce(m.kind, 0), 0, 0, s.service, 0, 0, s.labels
            FROM metric_rollup_series_before s LEFT JOIN metrics_metadata m ON m.name = s.name;
        DROP TABLE metric_rollup_series_before;
        ALTER TABLE metrics_metadata RENAME TO metrics_metadata_before;
        CREATE TABLE metrics_metadata (name TEXT NOT NULL, unit TEXT NOT NULL, kind INTEGER NOT NULL, description TEXT,
            first_seen INTEGER NOT NULL, PRIMARY KEY (name, unit, kind)) WITHOUT ROWID;
        INSERT INTO metrics_metadata SELECT name, unit, kind, description, first_seen FROM metrics_metadata_before;
        DROP TABLE metrics_metadata_before;
        """;

    /// <summary>Version of <c>telemetry.db</c> that has it.</summary>
    public const int IdentitySince = 7;

    // Bounded: what a process may have waiting while the database cannot be written; further new cells are counted in Unfolded.
    private const int MaxCells = 50_000;

    private readonly Dictionary<(SeriesKey Series, long Start), Cell> _cells = [];
    private readonly Dictionary<(string Name, string Unit, MetricKind Kind), MetricPoint> _new = [];

    // Bounded by the names code gives its instruments; cleared when it has 10,000.
    private readonly HashSet<(string Name, string Unit, MetricKind Kind)> _described = [];

    public bool HasCells => _cells.Count > 0;

    /// <summary>Points that are stored but in no rollup.</summary>
    public long Unfolded { get; private set; }

    public void Add(MetricPoint point, string labels)
    {
        var metric = (point.Name, point.Unit, point.Kind);
        if (!_described.Contains(metric))
        {
            _new.TryAdd(metric, point);
        }

        var key = (SeriesKey.Of(point, labels), UnixTime.Floor(point.UnixNanos, UnixTime.Minute));
        if (!_cells.TryGetValue(key, out var cell))
        {
            if (_cells.Count >= MaxCells)
            {
                Unfolded++;
                return;
            }

            _cells.Add(key, cell = new Cell(point));
        }

        cell.Add(point);
    }

    public void Write(Database database)
    {
        using var describe = database.Prepare(
            "INSERT INTO metrics_metadata VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET description = excluded.description");
        foreach (var (metric, point) in _new)
        {
            describe.Bind(1, metric.Name).Bind(2, metric.Unit).Bind(3, (long)metric.Kind).Bind(4, point.Description)
                .Bind(5, point.UnixNanos).Run();
        }

        // Numbers are good for this transaction only: retention may remove what nothing refers to.
        using var sources = new SourceTable(database);
        using var all = new MetricSeriesTable(database, "metric_rollup_series", sources);
        using var find = database.Prepare("SELECT count, distribution FROM metric_rollups_minute WHERE series = ? AND start = ?");

        // A row without measurements (count 0) has nothing to say about the others' sum, least and greatest. What is unknown of a part is
        // unknown of the whole.
        using var add = database.Prepare("""
            INSERT INTO metric_rollups_minute (series, start, points, count, sum, min, max, last, last_at, p95, distribution)
            VALUES (?,?,?,?,?,?,?,?,?,?,?)
            ON CONFLICT DO UPDATE SET points = points + excluded.points, count = count + excluded.count,
                sum = CASE WHEN excluded.count = 0 AND excluded.sum IS NULL THEN sum
                    WHEN count = 0 AND sum IS NULL THEN excluded.sum ELSE sum + excluded.sum END,
                min = CASE WHEN excluded.count = 0 THEN min WHEN count = 0 THEN excluded.min ELSE min(min, excluded.min) END,
                max = CASE WHEN excluded.count = 0 THEN max WHEN count = 0 THEN excluded.max ELSE max(max, excluded.max) END,
                last = CASE WHEN excluded.last_at >= coalesce(last_at, 0) THEN excluded.last ELSE last END,
                last_at = max(coalesce(last_at, 0), excluded.last_at),
                p95 = excluded.p95, distribution = excluded.distribution
            """);
        foreach (var ((key, start), cell) in _cells)
        {
            var series = all.Id(cell.First, key.Labels);
            var stored = find.Bind(1, series).Bind(2, start).Step();
            add.ClearBindings();
            add.Bind(1, series).Bind(2, start).Bind(3, cell.Points).Bind(4, cell.Count).Bind(9, cell.LastAt);
            foreach (var (index, value) in new[] { (5, cell.Sum), (6, cell.Min), (7, cell.Max), (8, cell.Last) })
            {
                if (value is { } known)
                {
                    add.Bind(index, known);
                }
            }

            if (cell.DistributionWith(stored ? find.Long(0) : 0, stored ? find.Blob(1) : []) is { } distribution
                && distribution.Quantile(0.95) is { } p95)
            {
                add.Bind(10, p95).BindBlob(11, distribution.ToBytes());
            }

            add.Run();
            find.Reset();
        }
    }

    /// <summary>Removes minutes before or after a time (<c>&lt; TIME</c>, <c>&gt; TIME</c>), so many at most, and series, resources and
    /// scopes that have none left.</summary>
    public static void Retain(Database database, string range, int rows)
    {
        // Rollups lie by series, then time, so each series' oldest and newest are found without a scan.
        var found = $"FROM metric_rollup_series s CROSS JOIN metric_rollups_minute r ON r.series = s.id AND r.start {range} LIMIT {rows}";
        var series = new HashSet<long>();
        using (var old = database.Prepare($"SELECT r.series {found}"))
        {
            while (old.Step())
            {
                series.Add(old.Long(0));
            }
        }

        if (series.Count == 0)
        {
            return;
        }

        database.Execute($"DELETE FROM metric_rollups_minute WHERE (series, start) IN (SELECT r.series, r.start {found})");
        var all = string.Join(',', series);
        var gone = database.QueryLong("SELECT total_changes()");
        database.Execute(
            $"DELETE FROM metric_rollup_series WHERE id IN ({all}) AND NOT EXISTS (SELECT 1 FROM metric_rollups_minute WHERE series = id)");
        if (database.QueryLong("SELECT total_changes()") > gone)
        {
            database.Execute("DELETE FROM resources WHERE id NOT IN (SELECT resource FROM metric_rollup_series)");
            database.Execute("DELETE FROM scopes WHERE id NOT IN (SELECT scope FROM metric_rollup_series)");
        }
    }

    /// <summary>What was written is committed: the rows have it, and adding it again would count it twice.</summary>
    public void Committed()
    {
        if (_described.Count > 10_000)
        {
            _described.Clear();
        }

        _described.UnionWith(_new.Keys);
        _new.Clear();
        _cells.Clear();
    }

    private readonly record struct SeriesKey(
        string Name, string Unit, MetricKind Kind, MetricTemporality Temporality, bool Monotonic, string Service, string Resource,
        (string Name, string? Version, string Text)? Scope, string Labels)
    {
        public static SeriesKey Of(MetricPoint point, string labels) => new(
            point.Name, point.Unit, point.Kind, point.Temporality, point.Monotonic, point.Service,
            (point.Resource ?? ResourceRow.Unknown).Text,
            point.Scope is { } scope ? (scope.Name, scope.Version, scope.Text) : null, labels);
    }

    private sealed class Cell(MetricPoint first)
    {
        // Null once a point's values were not known: what is left would say something else.
        private MetricDistribution? _distribution = new();

        /// <summary>The point that names the series.</summary>
        public MetricPoint First => first;

        public long Points { get; private set; }

        public long Count { get; private set; }

        public double? Sum { get; private set; }

        public double? Min { get; private set; }

        public double? Max { get; private set; }

        public double? Last { get; private set; }

        public long LastAt { get; private set; }

        public void Add(MetricPoint point)
        {
            // What is unknown of one point is unknown of all; one without measurements says nothing about the others.
            if (point is { Count: > 0 } or { Value: not null })
            {
                Sum = Count == 0 && Sum is null ? point.Value : Sum + point.Value;
            }

            if (point.Count > 0)
            {
                var single = point.Kind != MetricKind.Histogram || point.Count == 1 ? point.Value : null;
                (Min, Max) = Count == 0
                    ? (point.Min ?? single, point.Max ?? single)
                    : (Lesser(Min, point.Min ?? single), Greater(Max, point.Max ?? single));
            }

            Points++;
            Count += point.Count;
            if (point.UnixNanos >= LastAt)
            {
                (Last, LastAt) = (point.Value, point.UnixNanos);
            }

            if (_distribution?.TryAdd(point) == false)
            {
                _distribution = null;
            }
        }

        /// <summary>
        /// This cell's values with those of the row, whose own stay as they are: when the transaction fails they are added to the row
        /// again. Null when those of either are not known.
        /// </summary>
        public MetricDistribution? DistributionWith(long count, ReadOnlySpan<byte> stored)
        {
            if (_distribution is null || count > 0 && stored.IsEmpty)
            {
                return null;
            }

            try
            {
                var all = new MetricDistribution();
                all.MergeBytes(stored);
                all.Merge(_distribution);
                return all;
            }
            catch (FormatException)
            {
                // What somebody else has put there holds up none of the rows that are written with this one.
                return null;
            }
        }

        private static double? Lesser(double? one, double? other) => one < other ? one : one is null ? null : other;

        private static double? Greater(double? one, double? other) => one > other ? one : one is null ? null : other;
    }
}
