using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Central;

/// <summary>Heartbeats, as every process reads every other's.</summary>
internal static class HeartbeatTable
{
    public const string Sql = """
        CREATE TABLE worker_heartbeats (id INTEGER PRIMARY KEY, worker TEXT NOT NULL, service TEXT NOT NULL, host TEXT NOT NULL,
            pid INTEGER NOT NULL, time INTEGER NOT NULL, interval_ns INTEGER NOT NULL, started_at INTEGER NOT NULL,
            pool_threads INTEGER NOT NULL, pool_queue INTEGER NOT NULL, memory_alloc_mb REAL NOT NULL, memory_committed_mb REAL NOT NULL,
            gc_count INTEGER NOT NULL, gc_pause_ms REAL NOT NULL, lag_p99_ms REAL NOT NULL, lag_max_ms REAL NOT NULL);
        CREATE INDEX worker_heartbeats_time ON worker_heartbeats (time);
        """;

    /// <summary>Figures that came later; of older beats they are not known, and 0.</summary>
    public const string LagAndUse = """
        ALTER TABLE worker_heartbeats ADD COLUMN lag_p50_ms REAL NOT NULL DEFAULT 0;
        ALTER TABLE worker_heartbeats ADD COLUMN utilization REAL NOT NULL DEFAULT 0;
        """;

    /// <summary>The version of <c>telemetry.db</c> from which they are there.</summary>
    public const int LagAndUseSince = 3;

    private const string Columns = """
        worker, service, host, pid, time, interval_ns, started_at, pool_threads, pool_queue, memory_alloc_mb, memory_committed_mb, gc_count,
        gc_pause_ms, lag_p99_ms, lag_max_ms
        """;

    public static void Write(Database database, IReadOnlyList<Heartbeat> beats)
    {
        using var insert = database.Prepare(
            $"INSERT INTO worker_heartbeats ({Columns}, lag_p50_ms, utilization) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
        foreach (var beat in beats)
        {
            insert.Bind(1, beat.Worker).Bind(2, beat.Service).Bind(3, beat.Host).Bind(4, (long)beat.Pid).Bind(5, UnixTime.Nanos(beat.Time))
                .Bind(6, beat.Interval.Ticks * 100).Bind(7, UnixTime.Nanos(beat.StartedAt)).Bind(8, (long)beat.PoolThreads)
                    .Bind(9, beat.PoolQueue)
                .Bind(10, beat.MemoryAllocMb).Bind(11, beat.MemoryCommittedMb).Bind(12, (long)beat.GcCount).Bind(13, beat.GcPauseMs)
                .Bind(14, beat.LagP99Ms).Bind(15, beat.LagMaxMs).Bind(16, beat.LagP50Ms).Bind(17, beat.Utilization).Run();
        }
    }

    /// <summary>The latest of every worker since <paramref name="since"/>, by name.</summary>
    public static List<Heartbeat> Latest(Database database, long since)
    {
        // A file that no process of this version has opened yet.
        var later = CentralSchema.Versions.Of(database) >= LagAndUseSince ? "lag_p50_ms, utilization" : "0, 0";
        using var rows = database.Prepare($"""
            SELECT {Columns}, {later}, max(time) FROM worker_heartbeats WHERE time >= ? GROUP BY worker ORDER BY worker
            """);
        rows.Bind(1, since);
        var beats = new List<Heartbeat>();
        while (rows.Step())
        {
            beats.Add(new Heartbeat
            {
                Worker = rows.Text(0)!,
                Service = rows.Text(1)!,
                Host = rows.Text(2)!,
                Pid = (int)rows.Long(3),
                Time = UnixTime.Time(rows.Long(4)),
                Interval = TimeSpan.FromTicks(rows.Long(5) / 100),
                StartedAt = UnixTime.Time(rows.Long(6)),
                PoolThreads = (int)rows.Long(7),
                PoolQueue = rows.Long(8),
                MemoryAllocMb = rows.Double(9),
                MemoryCommittedMb = rows.Double(10),
                GcCount = (int)rows.Long(11),
                GcPauseMs = rows.Double(12),
                LagP99Ms = rows.Double(13),
                LagMaxMs = rows.Double(14),
                LagP50Ms = rows.Double(15),
                Utilization = rows.Double(16),
            });
        }

        return beats;
    }
}
