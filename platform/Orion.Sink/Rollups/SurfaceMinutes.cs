using Orion.Sink.Sql;

namespace Orion.Sink.Rollups;

/// <summary>
/// Each surface's minutes as one process counted them: what it stored and what it left out, together, with their percentile and without
/// their histograms. A timeline over a day reads these few bytes a minute, however much there is behind them. A row is what its series add
/// up to in <c>rollups_minute</c>, and is written with them.
/// </summary>
internal sealed class SurfaceMinutes(Database database, string process) : IDisposable
{
    /// <summary>
    /// The table, filled from what the file has. Where two series disagree on their percentile it is left open, and readers ask the
    /// histograms.
    /// </summary>
    public const string Sql = """
        CREATE TABLE surfaces_minute (series INTEGER NOT NULL, start INTEGER NOT NULL, count INTEGER NOT NULL, errors INTEGER NOT NULL,
            p95_ns REAL, PRIMARY KEY (series, start)) WITHOUT ROWID;
        INSERT OR IGNORE INTO rollup_series (process, kind, service, surface, name, class)
            SELECT process, kind, service, surface, name, '' FROM rollup_series WHERE kind = 1;
        INSERT INTO surfaces_minute
            SELECT own.id, r.start, sum(r.count), sum(r.errors), CASE WHEN min(r.p95_ns) = max(r.p95_ns) THEN min(r.p95_ns) END
            FROM rollup_series own
            JOIN rollup_series s ON s.kind = 1 AND s.service = '' AND s.surface = own.surface AND s.process = own.process
            CROSS JOIN rollups_minute r ON r.series = s.id WHERE own.kind = 1 AND own.class = '' GROUP BY own.id, r.start;
        """;

    /// <summary>The version of <c>telemetry.db</c> from which it is there.</summary>
    public const int Since = 6;

    private readonly Statement _read = database.Prepare($"""
        SELECT r.count, r.errors, r.sum_ns, r.durations FROM rollup_series s CROSS JOIN rollups_minute r ON r.series = s.id AND r.start = ?
        WHERE s.kind = {(int)RollupKind.Surface} AND s.service = '' AND s.surface = ? AND s.name = '' AND s.process = ?
        """);

    private readonly Statement _write =
        database.Prepare("INSERT OR REPLACE INTO surfaces_minute (series, start, count, errors, p95_ns) VALUES (?,?,?,?,?)");
    private readonly RollupCell _sum = new();

    /// <summary>Makes a minute the sum of its series; it lies under the one of the rows that are stored.</summary>
    public void Sum(long series, string surface, long minute)
    {
        _sum.Clear();
        _read.Bind(1, minute).Bind(2, surface).Bind(3, process);
        while (_read.Step())
        {
            _sum.Merge(_read.Long(0), _read.Long(1), _read.Long(2), _read.Blob(3));
        }

        _read.Reset();
        _write.Bind(1, series).Bind(2, minute).Bind(3, _sum.Count).Bind(4, _sum.Errors).Bind(5, _sum.Durations.Quantile(0.95)).Run();
    }

    public void Dispose()
    {
        _read.Dispose();
        _write.Dispose();
    }
}
