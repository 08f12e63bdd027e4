using System.Text.Json;

namespace Orion.Store.Jobs;

/// <summary>Claims due jobs: each lane (tenant) in turn, the one served longest ago first; within a lane by priority and age.</summary>
internal static class Claim
{
    private const string ReclaimSql = """
        UPDATE jobs
        SET state = iif(attempts >= max_attempts, 'dead', 'ready'), died_at = iif(attempts >= max_attempts, @now, NULL),
            owner = NULL, lease_until = NULL,
            error_code = 'lease_expired', error = 'The worker that held the job stopped renewing its lease.'
        WHERE state = 'leased' AND lease_until <= @now
        """;

    private const string PromoteSql = "UPDATE jobs SET state = 'ready' WHERE state = 'scheduled' AND run_at <= @now";

    // The cost grows with the tenants that have ready jobs, not with the jobs: lanes steps from one tenant to the next through the index,
    // and each offers no more jobs than could be claimed.
    private const string ClaimSql = """
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
        UPDATE jobs
        SET state = 'leased', attempts = attempts + 1, fencing_token = @token,
            owner = @owner, lease_until = @lease_until, deadline_at = @now + max_duration
        WHERE rowid IN (
          SELECT c.job FROM candidates c LEFT JOIN job_turns t ON t.lane = c.lane
          ORDER BY c.turn, ifnull(t.fencing_token, 0), c.rank, c.job LIMIT @limit)
        RETURNING id, kind, subject, payload, tenant_id, tenant, unique_key, run_at, priority, max_attempts, max_duration, trace_parent,
                  correlation_id, enqueued_at, attempts, fencing_token, lease_until, rank, lane, rowid AS place
        """;

    public static IReadOnlyList<JobLease> Run(WriteTransaction tx, string owner, IReadOnlyCollection<string> kinds, int limit)
    {
        tx.Execute(ReclaimSql, new { tx.Now });
        tx.Execute(PromoteSql, new { tx.Now });
        var token = tx.QuerySingleOrDefault<long>("SELECT fencing_token + 1 FROM job_fence", null);
        var rows = tx.Statement(ClaimSql).Query<Row>(
            new { Kinds = JsonSerializer.Serialize(kinds), limit, token, owner, tx.Now, LeaseUntil = tx.Now + JobQueue.Lease });
        if (rows.Count > 0)
        {
            // Only now, so that a claim which finds nothing changes nothing and wakes nobody.
            tx.Execute("UPDATE job_fence SET fencing_token = @token", new { token });
            tx.Execute(
                "INSERT INTO job_turns (lane, fencing_token) SELECT value, @token FROM json_each(@lanes) WHERE true "
                + "ON CONFLICT DO UPDATE SET fencing_token = excluded.fencing_token",
                new { token, Lanes = JsonSerializer.Serialize(rows.Select(r => r.Lane).Distinct()) });
        }

        return [.. rows.OrderBy(r => r.Rank).ThenBy(r => r.Place).Select(r => r.ToLease())];
    }

    private sealed record Row(
        string Id, string Kind, string Subject, string Payload, string? TenantId, string? Tenant, string? UniqueKey, DateTimeOffset RunAt,
        int Priority,
        int MaxAttempts,
        TimeSpan MaxDuration, string? TraceParent, string? CorrelationId, DateTimeOffset EnqueuedAt, int Attempts, long FencingToken,
        DateTimeOffset LeaseUntil, long Rank, string Lane, long Place)
    {
        public JobLease ToLease() => new()
        {
            Id = Id,
            Attempt = Attempts,
            FencingToken = FencingToken,
            EnqueuedAt = EnqueuedAt,
            Cause = new Cause(TraceParent, CorrelationId, TenantId, Tenant),
            LeaseUntil = LeaseUntil,
            Request = new JobRequest
            {
                Kind = Kind,
                Subject = Subject,
                Payload = Payload,
                TenantId = TenantId,
                UniqueKey = UniqueKey,
                RunAt = RunAt,
                Priority = Priority,
                MaxAttempts = MaxAttempts,
                MaxDuration = MaxDuration,
            },
        };
    }
}
