namespace OrionPlatform.Sink;

/// <summary>Metrics by the minute, and what is known of each metric, in <c>telemetry.db</c>: short enough to keep when raw points have gone.</summary>
internal sealed class MetricRollups
{
    public const string Sql = """
        CREATE TABLE metrics_metadata (name TEXT PRIMARY KEY, unit TEXT NOT NULL, kind INTEGER NOT NULL, description TEXT, first_seen INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE metric_rollup_series (id INTEGER PRIMARY KEY, name TEXT NOT NULL, service TEXT NOT NULL, labels TEXT NOT NULL, UNIQUE (name, service, labels));
        CREATE TABLE metric_rollups_minute (series INTEGER NOT NULL, start INTEGER NOT NULL, points INTEGER NOT NULL, count INTEGER NOT NULL, sum REAL NOT NULL,
            min REAL NOT NULL, max REAL NOT NULL, last REAL NOT NULL, PRIMARY KEY (series, start)) WITHOUT ROWID;
        """;

    /// <summary>Rows from the version before have no distribution.</summary>
    public const string Distributions = """
        ALTER TABLE metric_rollups_minute ADD COLUMN p95 REAL;
        ALTER TABLE metric_rollups_minute ADD COLUMN distribution BLOB;
        """;

    /// <summary>Version of <c>telemetry.db</c> that has them.</summary>
    public const int DistributionsSince = 5;

    // Bounded: what a process may have waiting while the database cannot be written; further new cells are counted in Unfolded.
    private const int MaxCells = 50_000;

    private readonly Dictionary<(string Name, string Service, string Labels, long Start), Cell> _cells = [];
    private readonly Dictionary<string, MetricPoint> _new = [];

    // Bounded by the names code gives its instruments; cleared when it has 10,000.
    private readonly HashSet<string> _described = [];

    public bool HasCells => _cells.Count > 0;

    /// <summary>Points that are stored but in no rollup.</summary>
    public long Unfolded { get; private set; }

    public void Add(MetricPoint point, string labels)
    {
        if (!_described.Contains(point.Name))
        {
            _new.TryAdd(point.Name, point);
        }

        var key = (point.Name, point.Service, labels, UnixTime.Floor(point.UnixNanos, UnixTime.Minute));
        if (!_cells.TryGetValue(key, out var cell))
        {
            if (_cells.Count >= MaxCells)
            {
                Unfolded++;
                return;
            }

            _cells.Add(key, cell = new Cell());
        }

        cell.Add(point);
    }

    public void Write(Database database)
    {
        using var describe = database.Prepare("INSERT INTO metrics_metadata VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET unit = excluded.unit, kind = excluded.kind, description = excluded.description");
        foreach (var (name, point) in _new)
        {
            describe.Bind(1, name).Bind(2, point.Unit).Bind(3, (long)point.Kind).Bind(4, point.Description).Bind(5, point.UnixNanos).Run();
        }

        using var series = database.Prepare("INSERT INTO metric_rollup_series (name, service, labels) VALUES (?,?,?) ON CONFLICT DO NOTHING");
        using var find = database.Prepare("""
            SELECT s.id, coalesce(r.count, 0), r.distribution FROM metric_rollup_series s LEFT JOIN metric_rollups_minute r ON r.series = s.id AND r.start = ?4
            WHERE s.name = ?1 AND s.service = ?2 AND s.labels = ?3
            """);
        using var add = database.Prepare("""
            INSERT INTO metric_rollups_minute (series, start, points, count, sum, min, max, last, p95, distribution) VALUES (?,?,?,?,?,?,?,?,?,?)
            ON CONFLICT DO UPDATE SET points = points + excluded.points, count = count + excluded.count, sum = sum + excluded.sum, min = min(min, excluded.min),
                max = max(max, excluded.max), last = excluded.last, p95 = excluded.p95, distribution = excluded.distribution
            """);
        foreach (var ((name, service, labels, start), cell) in _cells)
        {
            series.Bind(1, name).Bind(2, service).Bind(3, labels).Run();
            find.Bind(1, name).Bind(2, service).Bind(3, labels).Bind(4, start).Step();
            add.ClearBindings();
            add.Bind(1, find.Long(0)).Bind(2, start).Bind(3, cell.Points).Bind(4, cell.Count).Bind(5, cell.Sum).Bind(6, cell.Min).Bind(7, cell.Max).Bind(8, cell.Last);
            if (cell.DistributionWith(find.Long(1), find.Blob(2)) is { } distribution && distribution.Quantile(0.95) is { } p95)
            {
                add.Bind(9, p95).BindBlob(10, distribution.ToBytes());
            }

            add.Run();
            find.Reset();
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

    private sealed class Cell
    {
        // Null once a point's values were not known: what is left would say something else.
        private MetricDistribution? _distribution = new();

        public long Points { get; private set; }

        public long Count { get; private set; }

        public double Sum { get; private set; }

        public double Min { get; private set; } = double.MaxValue;

        public double Max { get; private set; } = double.MinValue;

        public double Last { get; private set; }

        public void Add(MetricPoint point)
        {
            Points++;
            Count += point.Count;
            Sum += point.Value;

            // Of a histogram that does not say, the mean is known to lie between the two.
            var between = point is { Kind: MetricKind.Histogram, Count: > 0 } ? point.Value / point.Count : point.Value;
            Min = Math.Min(Min, point.Min ?? between);
            Max = Math.Max(Max, point.Max ?? between);
            Last = point.Value;
            if (_distribution?.TryAdd(point) == false)
            {
                _distribution = null;
            }
        }

        /// <summary>This cell's values with those of the row, whose own stay as they are: when the transaction fails they are added to the row again. Null when those of either are not known.</summary>
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
    }
}
