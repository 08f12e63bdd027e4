using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Rollups;

/// <summary>
/// The durable rollups. A series belongs to one process, so no two processes ever update the same row, and what a process writes is the
/// whole cell: writing it again changes nothing.
/// </summary>
internal sealed class RollupTable(string process)
{
    public const string Sql = """
        CREATE TABLE rollup_series (id INTEGER PRIMARY KEY, process TEXT NOT NULL, kind INTEGER NOT NULL, service TEXT NOT NULL,
            surface TEXT NOT NULL, name TEXT NOT NULL, class TEXT NOT NULL, UNIQUE (kind, service, surface, name, class, process));
        CREATE TABLE rollups_minute (series INTEGER NOT NULL, start INTEGER NOT NULL, count INTEGER NOT NULL, errors INTEGER NOT NULL,
            sum_ns INTEGER NOT NULL, p95_ns REAL NOT NULL, durations BLOB, PRIMARY KEY (series, start)) WITHOUT ROWID;
        CREATE TABLE rollups_hour (series INTEGER NOT NULL, start INTEGER NOT NULL, count INTEGER NOT NULL, errors INTEGER NOT NULL,
            sum_ns INTEGER NOT NULL, p95_ns REAL NOT NULL, durations BLOB, PRIMARY KEY (series, start)) WITHOUT ROWID;
        """;

    // Bounded by the series of this process that RollupFold lets in.
    private readonly Dictionary<RollupSeries, long> _ids = [];

    /// <summary>Writes the dirty cells; call <see cref="Written"/> once that is committed.</summary>
    public void Write(Database database, RollupFold fold)
    {
        Write(database, "rollups_minute", fold.Minutes);
        WriteSurfaces(database, fold.Minutes);
        Write(database, "rollups_hour", fold.Hours);
    }

    /// <summary>What <see cref="Write(Database, RollupFold)"/> wrote is committed.</summary>
    public static void Written(RollupFold fold)
    {
        foreach (var cell in fold.Minutes.Values)
        {
            cell.Dirty = false;
        }

        foreach (var cell in fold.Hours.Values)
        {
            cell.Dirty = false;
        }
    }

    /// <summary>The transaction is undone, so series numbers given in it are void.</summary>
    public void RolledBack() => _ids.Clear();

    private void Write(Database database, string table, Dictionary<(RollupSeries Series, long Start), RollupCell> cells)
    {
        using var read = database.Prepare($"SELECT count, errors, sum_ns, durations FROM {table} WHERE series = ? AND start = ?");
        using var write = database.Prepare(PutSql(table));
        foreach (var ((series, start), cell) in cells)
        {
            if (!cell.Dirty)
            {
                continue;
            }

            var id = Id(database, series);
            if (!cell.Loaded)
            {
                if (read.Bind(1, id).Bind(2, start).Step())
                {
                    cell.Merge(read.Long(0), read.Long(1), read.Long(2), read.Blob(3));
                }

                read.Reset();
                cell.Loaded = true;
            }

            Put(write, id, start, cell);
        }
    }

    private void WriteSurfaces(Database database, Dictionary<(RollupSeries Series, long Start), RollupCell> minutes)
    {
        using var surfaces = new SurfaceMinutes(database, process);
        foreach (var ((series, start), cell) in minutes)
        {
            if (!cell.Dirty || series.Kind != RollupKind.Surface)
            {
                continue;
            }

            // Where both series of a surface are dirty, once is enough.
            var stored = series with { Class = "" };
            if (series == stored || !minutes.TryGetValue((stored, start), out var other) || !other.Dirty)
            {
                surfaces.Sum(Id(database, stored), series.Surface, start);
            }
        }
    }

    /// <summary>Writes a cell over what is there.</summary>
    public static void Put(Database database, string table, long series, long start, RollupCell cell)
    {
        using var write = database.Prepare(PutSql(table));
        Put(write, series, start, cell);
    }

    /// <summary>Makes an hour the sum of its minutes.</summary>
    public static void SumHour(Database database, long series, long hour)
    {
        using var rows = database.Prepare(
            "SELECT count, errors, sum_ns, durations FROM rollups_minute WHERE series = ? AND start >= ? AND start < ?");
        rows.Bind(1, series).Bind(2, hour).Bind(3, hour + UnixTime.Hour);
        var sum = new RollupCell();
        while (rows.Step())
        {
            sum.Merge(rows.Long(0), rows.Long(1), rows.Long(2), rows.Blob(3));
        }

        Put(database, "rollups_hour", series, hour, sum);
    }

    /// <summary>The number of a series, made when it is new.</summary>
    public static long SeriesId(Database database, string process, RollupSeries series)
    {
        using (var insert = database.Prepare(
            "INSERT INTO rollup_series (process, kind, service, surface, name, class) VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING"))
        {
            insert.Bind(1, process).Bind(2, (long)series.Kind).Bind(3, series.Service).Bind(4, series.Surface).Bind(5, series.Name)
                .Bind(6, series.Class).Run();
        }

        using var find = database.Prepare(
            "SELECT id FROM rollup_series WHERE process = ? AND kind = ? AND service = ? AND surface = ? AND name = ? AND class = ?");
        find.Bind(1, process).Bind(2, (long)series.Kind).Bind(3, series.Service).Bind(4, series.Surface).Bind(5, series.Name)
            .Bind(6, series.Class).Step();
        return find.Long(0);
    }

    private static string PutSql(string table) =>
        $"INSERT OR REPLACE INTO {table} (series, start, count, errors, sum_ns, p95_ns, durations) VALUES (?,?,?,?,?,?,?)";

    private static void Put(Statement write, long series, long start, RollupCell cell) =>
        write.Bind(1, series).Bind(2, start).Bind(3, cell.Count).Bind(4, cell.Errors)
        .Bind(5, cell.SumNanos).Bind(6, cell.Durations.Quantile(0.95)).BindBlob(7, cell.Durations.ToBytes()).Run();

    private long Id(Database database, RollupSeries series)
    {
        if (_ids.TryGetValue(series, out var id))
        {
            return id;
        }

        return _ids[series] = SeriesId(database, process, series);
    }
}
