using Orion.Store.Sql;

namespace Orion.Store.Postgres;

/// <summary>
/// PostgreSQL: many write at the same time. Rows that somebody else holds are passed over, and a position is the number of its transaction
/// (whose order all of them agree on, see <see cref="PositionOf"/>), not that of its commit, above what <see cref="PositionBase"/> keeps.
/// </summary>
internal sealed class PostgresDialect : Dialect
{
    public static readonly PostgresDialect Instance = new();

    // 2^43 transactions remain, which at 10,000 a second is 27 years of writing without a pause; PostgreSQL numbers them with 64 bits.
    internal const int BitsInTransaction = 20;

    public override string Name => "postgresql";

    internal override string MigrationSuffix => ".postgres";

    internal override string TableCount =>
        "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = @name";

    internal override bool HasBooleans => true;

    internal override string Position => "@position + position_base()";

    // A transaction that may still commit has a number that is not below the oldest running one's.
    internal override string IsSettled =>
        $" AND position < (pg_snapshot_xmin(pg_current_snapshot())::text::bigint << {BitsInTransaction}) + position_base()";

    internal override string OverdueLeases =>
        "rowid IN (SELECT rowid FROM jobs WHERE state = 'leased' AND lease_until <= @now FOR UPDATE SKIP LOCKED)";

    internal override string DueJobs =>
        "rowid IN (SELECT rowid FROM jobs WHERE state = 'scheduled' AND run_at <= @now FOR UPDATE SKIP LOCKED)";

    internal override string NextFencingToken => "SELECT nextval('job_fencing_token')";

    internal override string? KeepFencingToken => null;

    // As on SQLite, and then as many of the first that nobody else is claiming. Others may hold some, so each lane offers more than one
    // claim takes.
    internal override (string With, string Condition) Claimable => (
        """
        WITH RECURSIVE
        lanes (kind, lane) AS (
          SELECT k.value, (SELECT j.lane FROM jobs j WHERE j.state = 'ready' AND j.kind = k.value ORDER BY j.lane LIMIT 1)
          FROM json_array_elements_text(@kinds::json) k
          UNION ALL
          SELECT l.kind, (SELECT j.lane FROM jobs j WHERE j.state = 'ready' AND j.kind = l.kind AND j.lane > l.lane ORDER BY j.lane LIMIT 1)
          FROM lanes l WHERE l.lane IS NOT NULL
        ),
        candidates AS (
          SELECT c.*, row_number() OVER (PARTITION BY c.lane ORDER BY c.rank, c.run_at, c.rowid) AS turn
          FROM lanes l CROSS JOIN LATERAL (
            SELECT r.rowid, r.lane, r.rank, r.run_at FROM jobs r WHERE r.state = 'ready' AND r.kind = l.kind AND r.lane = l.lane
            ORDER BY r.rank, r.run_at, r.rowid LIMIT 4 * @limit + 16) c
          WHERE l.lane IS NOT NULL
        ),
        places AS (
          SELECT c.rowid, row_number() OVER (ORDER BY c.turn, COALESCE(t.fencing_token, 0), c.rank, c.rowid) AS place
          FROM candidates c LEFT JOIN job_turns t ON t.lane = c.lane
          ORDER BY place LIMIT 4 * @limit + 16
        ),
        free AS (
          SELECT j.rowid FROM places p JOIN jobs j ON j.rowid = p.rowid AND j.state = 'ready'
          ORDER BY p.place LIMIT @limit FOR UPDATE OF j SKIP LOCKED
        )
        """,
        "SELECT rowid FROM free");

    /// <summary>
    /// Position of the n-th entry of a transaction, from 0, less the database's base. Two transactions that touch the same rows get their
    /// positions in the order of their commits, since the one that was too late is done again under a higher number.
    /// </summary>
    /// <exception cref="InvalidOperationException">There are a million in it already.</exception>
    public static long PositionOf(long transaction, int number) => number < 1 << BitsInTransaction
        ? (transaction << BitsInTransaction) | (long)number
        : throw new InvalidOperationException($"A transaction holds at most {1 << BitsInTransaction} facts and audit entries.");

    public override string Values(string parameter) => $"(SELECT json_array_elements_text({parameter}::json) AS value)";
}
