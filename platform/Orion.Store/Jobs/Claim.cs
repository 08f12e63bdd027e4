using System.Text.Json;

namespace Orion.Store.Jobs;

/// <summary>Claims due jobs: each lane (tenant) in turn, the one served longest ago first; within a lane by priority and age.</summary>
internal static class Claim
{
    public static async Task<IReadOnlyList<JobLease>> RunAsync(
        WriteTransaction tx, string owner, IReadOnlyCollection<string> kinds, int limit)
    {
        var dialect = tx.Dialect;

        // One call for what comes first, since a server is a network away.
        var token = await tx.QuerySingleOrDefaultAsync<long>(
            $"""
            UPDATE jobs
            SET state = CASE WHEN attempts >= max_attempts THEN 'dead' ELSE 'ready' END,
                died_at = CASE WHEN attempts >= max_attempts THEN @now END, owner = NULL, lease_until = NULL,
                error_code = 'lease_expired', error = 'The worker that held the job stopped renewing its lease.'
            WHERE {dialect.OverdueLeases};
            UPDATE jobs SET state = 'ready' WHERE {dialect.DueJobs};
            {dialect.NextFencingToken}
            """,
            new { tx.Now });
        var (with, condition) = dialect.Claimable;
        var rows = await tx.QueryAsync<Row>(
            $"""
            {with}
            UPDATE jobs
            SET state = 'leased', attempts = attempts + 1, fencing_token = @token,
                owner = @owner, lease_until = @lease_until, deadline_at = @now + max_duration
            WHERE rowid IN ({condition})
            RETURNING id, kind, subject, payload, tenant_id, tenant, unique_key, run_at, priority, max_attempts, max_duration, trace_parent,
                      correlation_id, enqueued_at, attempts, fencing_token, lease_until, rank, lane, rowid AS place
            """,
            new { Kinds = JsonSerializer.Serialize(kinds), limit, token, owner, tx.Now, LeaseUntil = tx.Now + JobQueue.Lease });
        if (rows.Count > 0)
        {
            // Only now, so that a claim which finds nothing changes nothing and wakes nobody.
            await (dialect.KeepFencingToken is { } keep ? tx.ExecuteAsync(keep, new { token }) : Task.CompletedTask);

            // In one order, so that no two claims wait for each other.
            await tx.ExecuteAsync(
                $"INSERT INTO job_turns (lane, fencing_token) SELECT l.value, @token FROM {dialect.Values("@lanes")} l WHERE true "
                + "ORDER BY l.value ON CONFLICT (lane) DO UPDATE SET fencing_token = excluded.fencing_token",
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
