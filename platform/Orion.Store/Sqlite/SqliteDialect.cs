using Orion.Store.Sql;

namespace Orion.Store.Sqlite;

/// <summary>SQLite: one writer at a time, so positions are in the order of commits, and no row is ever locked by anybody else.</summary>
internal sealed class SqliteDialect : Dialect
{
    public static readonly SqliteDialect Instance = new();

    public override string Name => "sqlite";

    internal override string MigrationSuffix => "";

    internal override string TableCount => "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = @name";

    internal override bool HasBooleans => false;

    // NULL, which the table makes a number of.
    internal override string Position => "@position";

    internal override string IsSettled => "";

    internal override string OverdueLeases => "state = 'leased' AND lease_until <= @now";

    internal override string DueJobs => "state = 'scheduled' AND run_at <= @now";

    internal override string NextFencingToken => "SELECT fencing_token + 1 FROM job_fence";

    internal override string KeepFencingToken => "UPDATE job_fence SET fencing_token = @token";

    // The cost grows with the tenants that have ready jobs, not with the jobs: lanes steps from one tenant to the next through the index,
    // and each offers no more jobs than could be claimed.
    internal override (string With, string Condition) Claimable => (
        """
        WITH RECURSIVE
        lanes (kind, lane) AS (
          SELECT k.value, (SELECT lane FROM jobs WHERE state = 'ready' AND kind = k.value ORDER BY lane LIMIT 1)
          FROM json_each(@kinds) k
          UNION
          SELECT l.kind, (SELECT lane FROM jobs WHERE state = 'ready' AND kind = l.kind AND lane > l.lane ORDER BY lane LIMIT 1)
          FROM lanes l WHERE l.lane IS NOT NULL
        ),
        candidates AS (
          SELECT j.rowid AS job, j.lane, j.rank, row_number() OVER (PARTITION BY j.lane ORDER BY j.rank, j.run_at, j.rowid) AS turn
          FROM lanes l
          JOIN jobs j ON j.rowid IN (
            SELECT r.rowid FROM jobs r WHERE r.state = 'ready' AND r.kind = l.kind AND r.lane = l.lane
            ORDER BY r.rank, r.run_at, r.rowid LIMIT @limit)
          WHERE l.lane IS NOT NULL
        )
        """,
        """
        SELECT c.job FROM candidates c LEFT JOIN job_turns t ON t.lane = c.lane
        ORDER BY c.turn, COALESCE(t.fencing_token, 0), c.rank, c.job LIMIT @limit
        """);

    public override string Values(string parameter) => $"(SELECT value FROM json_each({parameter}))";
}
