using Orion.Store.Jobs;

namespace Orion.Store;

public partial class WriteTransaction
{
    /// <summary>
    /// Enqueues a job; it becomes visible when this transaction commits. Returns its id, or null when its unique key exists already.
    /// </summary>
    /// <remarks>It carries this write's <see cref="Cause"/>, which the work that is done for it links to and goes on with.</remarks>
    /// <exception cref="ArgumentException">No attempts, no time, or a priority outside -1000 to 1000.</exception>
    public async Task<string?> EnqueueAsync(JobRequest job)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.MaxAttempts < 1 || job.MaxDuration < TimeSpan.FromSeconds(1) || job.Priority is < -1000 or > 1000)
        {
            throw new ArgumentException(
                "MaxAttempts must be at least 1, MaxDuration at least a second, and Priority between -1000 and 1000.", nameof(job));
        }

        var id = Ids.New("jb", Now);
        if (job.UniqueKey is not null
            && await ExecuteAsync(
                "INSERT INTO job_keys (unique_key, job_id) VALUES (@unique_key, @id) ON CONFLICT DO NOTHING",
                new { job.UniqueKey, id }) == 0)
        {
            return null;
        }

        await ExecuteAsync(
            """
            INSERT INTO jobs (id, kind, subject, payload, tenant_id, tenant, unique_key, priority, max_attempts, max_duration, trace_parent,
                              correlation_id, enqueued_at, state, run_at)
            VALUES (@id, @kind, @subject, @payload, @tenant_id, @tenant, @unique_key, @priority, @max_attempts, @max_duration,
                    @trace_parent, @correlation_id, @now, CASE WHEN @run_at > @now THEN 'scheduled' ELSE 'ready' END, @run_at)
            """,
            new
            {
                id,
                job.Kind,
                job.Subject,
                job.Payload,
                TenantId = job.TenantId ?? Cause.TenantId,
                Tenant = job.TenantId is null || job.TenantId == Cause.TenantId ? Cause.Tenant : null,
                job.UniqueKey,
                job.Priority,
                job.MaxAttempts,
                job.MaxDuration,
                Cause.TraceParent,
                Cause.CorrelationId,
                Now,
                RunAt = job.RunAt ?? Now,
            });
        return id;
    }

    /// <summary>Ends a job as done, in the same transaction as its effects.</summary>
    /// <exception cref="LeaseLostException">Someone else holds the job now, or its lease has ended; the whole write is undone.</exception>
    public Task CompleteAsync(JobLease lease) => ChangeHeldAsync(lease, "DELETE FROM jobs");

    /// <summary>
    /// Throws unless the lease is still held: call it in every write that a job makes without completing it, so that a worker that
    /// lost its lease has no effect.
    /// </summary>
    /// <exception cref="LeaseLostException">Someone else holds the job now, or its lease has ended; the whole write is undone.</exception>
    public async Task CheckLeaseAsync(JobLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var held = await QuerySingleOrDefaultAsync<int>(
            $"SELECT 1 FROM jobs {JobQueue.Held}", new { lease.Id, lease.FencingToken, Now });
        if (held != 1)
        {
            throw Lost(lease);
        }
    }

    /// <summary>Changes the job's row, provided that the lease is held.</summary>
    internal async Task ChangeHeldAsync(
        JobLease lease, string change, DateTimeOffset? at = null, string? errorCode = null, string? error = null)
    {
        ArgumentNullException.ThrowIfNull(lease);
        if (await ExecuteAsync($"{change} {JobQueue.Held}", new { lease.Id, lease.FencingToken, Now, at, errorCode, error }) == 0)
        {
            throw Lost(lease);
        }
    }

    private Exception Lost(JobLease lease) =>
        Refuse(new LeaseLostException($"The lease on job {lease.Id} (token {lease.FencingToken}) is no longer held; nothing was done."));
}
