using System.Text.Json;

namespace Orion.Store.Jobs;

/// <summary>The worker's side of the job queue. (Producers enqueue by <see cref="WriteTransaction.EnqueueAsync"/>.)</summary>
/// <remarks>
/// Delivery is at least once. An effect that is a row of this store happens exactly once when it shares a transaction with
/// <see cref="WriteTransaction.CompleteAsync"/> or <see cref="WriteTransaction.CheckLeaseAsync"/>.
/// </remarks>
public sealed class JobQueue
{
    /// <summary>How long a claim lasts without a beat: 15 s.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    /// <summary>How often a worker renews: every 5 s.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    // State and time are compared so that no index on them is taken for the one on ids: what its range has read would conflict with every
    // other job that ends.
    internal const string Held =
        "WHERE id = @id AND fencing_token = @fencing_token AND state || '' = 'leased' AND lease_until - @now > 0";

    private const string Requeue = "UPDATE jobs SET owner = NULL, lease_until = NULL, deadline_at = NULL, ";
    private const string Retry = Requeue + "state = 'scheduled', run_at = @at, error_code = @error_code, error = @error";
    private const string Bury = Requeue + "state = 'dead', died_at = @now, error_code = @error_code, error = @error";
    private const string Redrive = "UPDATE jobs SET state = 'ready', attempts = 0, run_at = @now, died_at = NULL WHERE state = 'dead'";
    private const int MaxErrorLength = 4000;

    private static readonly TimeSpan s_longestWait = TimeSpan.FromHours(1);

    private readonly DomainStore _store;
    private readonly Random _random;

    /// <summary>The queue of that store.</summary>
    public JobQueue(DomainStore store) : this(store, Random.Shared)
    {
    }

    /// <summary>The queue of that store, with its own source of jitter.</summary>
    public JobQueue(DomainStore store, Random random) => (_store, _random) = (store, random);

    /// <summary>Claims up to <paramref name="limit"/> due jobs of those kinds; empty when none is due.</summary>
    public Task<IReadOnlyList<JobLease>> ClaimAsync(string owner, IReadOnlyCollection<string> kinds, int limit,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(owner);
        ArgumentNullException.ThrowIfNull(kinds);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return _store.WriteBesideOthersAsync(tx => Claim.RunAsync(tx, owner, kinds, limit), cancellationToken);
    }

    /// <summary>Renews a lease.</summary>
    /// <exception cref="LeaseLostException">
    /// It is no longer held, or the attempt ran past its maximum duration and was recorded as failed.
    /// </exception>
    public async Task<JobLease> BeatAsync(JobLease lease, CancellationToken cancellationToken = default)
    {
        var renewed = await _store.WriteBesideOthersAsync<JobLease?>(
            async tx =>
            {
                var deadline =
                    await tx.QuerySingleOrDefaultAsync<DateTimeOffset?>("SELECT deadline_at FROM jobs WHERE id = @id", new { lease.Id });
                if (deadline <= tx.Now)
                {
                    await FailHeldAsync(tx, lease, "max_duration_exceeded", $"The attempt ran longer than {lease.Request.MaxDuration}.");
                    return null;
                }

                var until = tx.Now + Lease;
                await tx.ChangeHeldAsync(lease, "UPDATE jobs SET lease_until = @at", until);
                return lease with { LeaseUntil = until };
            },
            cancellationToken);
        return renewed
            ?? throw new LeaseLostException(
                $"Job {lease.Id} ran longer than {lease.Request.MaxDuration}; the attempt was recorded as failed.");
    }

    /// <summary>Records a failed attempt: tried again after a full-jitter backoff, or a dead letter with its cause.</summary>
    /// <exception cref="LeaseLostException">It is no longer held.</exception>
    public Task FailAsync(JobLease lease, string errorCode, string error, CancellationToken cancellationToken = default) =>
        WriteAsync(tx => FailHeldAsync(tx, lease, errorCode, error), cancellationToken);

    /// <summary>Gives up on a job at once: a failure that no further attempt can mend.</summary>
    /// <exception cref="LeaseLostException">It is no longer held.</exception>
    public Task BuryAsync(JobLease lease, string errorCode, string error, CancellationToken cancellationToken = default) =>
        WriteAsync(tx => tx.ChangeHeldAsync(lease, Bury, errorCode: errorCode, error: Shortened(error)), cancellationToken);

    /// <summary>Tries again after <paramref name="delay"/> without burning the attempt (waiting for something, not failing).</summary>
    /// <exception cref="LeaseLostException">It is no longer held.</exception>
    public Task SnoozeAsync(JobLease lease, TimeSpan delay, CancellationToken cancellationToken = default) =>
        WriteAsync(tx => tx.ChangeHeldAsync(lease, Requeue + "state = 'scheduled', run_at = @at, attempts = attempts - 1", tx.Now + delay),
            cancellationToken);

    /// <summary>Gives a job back at once, its attempt not burnt (shutdown).</summary>
    /// <exception cref="LeaseLostException">It is no longer held.</exception>
    public Task ReleaseAsync(JobLease lease, CancellationToken cancellationToken = default) =>
        WriteAsync(tx => tx.ChangeHeldAsync(lease, Requeue + "state = 'ready', attempts = attempts - 1"), cancellationToken);

    /// <summary>
    /// Gives back at once the leases of an earlier life of <paramref name="owner"/>: call it when a worker starts, before its first claim.
    /// The attempts count, since the crash may have been the job's doing. Returns how many jobs were given back. No two live workers may
    /// share a name.
    /// </summary>
    public Task<int> ReleaseOwnerAsync(string owner, CancellationToken cancellationToken = default) => _store.WriteAsync(
        tx => tx.ExecuteAsync(
            Requeue + """
            state = CASE WHEN attempts >= max_attempts THEN 'dead' ELSE 'ready' END,
            died_at = CASE WHEN attempts >= max_attempts THEN @now END,
            error_code = 'worker_restarted', error = 'The worker that held the job ended without giving it back.'
            WHERE state = 'leased' AND owner = @owner
            """,
            new { owner, tx.Now }),
        cancellationToken);

    /// <summary>Makes a dead letter claimable again, its attempts back at zero. False when there is none of that id.</summary>
    /// <param name="jobId">Its id.</param>
    /// <param name="also">What else is to be in the transaction that does it.</param>
    /// <param name="cancellationToken">Cancels before it is done.</param>
    public Task<bool> RedriveAsync(
        string jobId, Func<WriteTransaction, Task>? also = null, CancellationToken cancellationToken = default) => _store.WriteAsync(
        async tx =>
        {
            var redriven = await tx.ExecuteAsync(Redrive + " AND id = @job_id", new { jobId, tx.Now }) == 1;
            await (redriven && also is not null ? also(tx) : Task.CompletedTask);
            return redriven;
        },
        cancellationToken);

    /// <summary>Makes every dead letter claimable again, attempts back at zero; returns how many there were.</summary>
    /// <param name="also">What else is to be in the transaction that does it, given how many there were; not called when there was
    /// none.</param>
    /// <param name="cancellationToken">Cancels before it is done.</param>
    public Task<int> RedriveAllAsync(
        Func<WriteTransaction, int, Task>? also = null, CancellationToken cancellationToken = default) => _store.WriteAsync(
        async tx =>
        {
            var redriven = await tx.ExecuteAsync(Redrive, new { tx.Now });
            await (redriven > 0 && also is not null ? also(tx, redriven) : Task.CompletedTask);
            return redriven;
        },
        cancellationToken);

    /// <summary>The newest dead letters, with their causes.</summary>
    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(int limit, CancellationToken cancellationToken = default) => _store.ReadAsync(
        tx => tx.QueryAsync<DeadLetter>(
            """
            SELECT id, kind, subject, tenant_id, attempts, error_code, error, died_at, trace_parent, correlation_id
            FROM jobs WHERE state = 'dead' ORDER BY died_at DESC, id DESC LIMIT @limit
            """,
            new { limit }),
        cancellationToken);

    /// <summary>
    /// Completes when a job of those kinds may be due, or after <paramref name="timeout"/>; woken by commits of any process within about 25
    /// ms, and by the clock for scheduled jobs and ended leases. A job that was enqueued since the last claim is seen, however the two
    /// interleave.
    /// </summary>
    public async Task WaitAsync(IReadOnlyCollection<string> kinds, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var among = JsonSerializer.Serialize(kinds);
        DateTimeOffset? end = null;
        while (true)
        {
            // The version first: what is committed after it was read ends the wait below.
            var version = await _store.VersionAsync(cancellationToken);
            var (due, now) = await _store.ReadAsync(
                async tx => (await tx.QuerySingleOrDefaultAsync<DateTimeOffset?>(
                    $"""
                    SELECT min(at) FROM (
                      SELECT 0 AS at WHERE EXISTS (
                        SELECT 1 FROM jobs WHERE state = 'ready' AND kind IN {tx.Dialect.Values("@among")})
                      UNION ALL
                      SELECT * FROM (
                        SELECT run_at FROM jobs WHERE state = 'scheduled' AND kind IN {tx.Dialect.Values("@among")}
                        ORDER BY run_at LIMIT 1) s
                      UNION ALL
                      SELECT * FROM (
                        SELECT lease_until FROM jobs WHERE state = 'leased' AND kind IN {tx.Dialect.Values("@among")}
                        ORDER BY lease_until LIMIT 1) l) d
                    """,
                    new { among }), tx.Now),
                cancellationToken);
            end ??= timeout == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : now + timeout;
            var until = due < end ? due.Value : end.Value;
            if (until <= now)
            {
                return;
            }

            var wait = until - now < s_longestWait
                ? TimeSpan.FromMilliseconds(Math.Ceiling((until - now).TotalMilliseconds))
                : s_longestWait;
            await _store.WaitForChangeAsync(version, wait, cancellationToken);
        }
    }

    /// <summary>The queue's depth by kind.</summary>
    public Task<IReadOnlyList<JobDepth>> DepthAsync(CancellationToken cancellationToken = default) => _store.ReadAsync(
        tx => tx.QueryAsync<JobDepth>(
            """
            SELECT kind, CAST(sum(ready) AS BIGINT) AS ready, CAST(sum(scheduled) AS BIGINT) AS scheduled,
              CAST(sum(leased) AS BIGINT) AS leased, CAST(sum(dead) AS BIGINT) AS dead,
              CASE WHEN min(oldest) > @now THEN 0 ELSE @now - min(oldest) END AS oldest_ready
            FROM (
              SELECT kind, count(*) AS ready, 0 AS scheduled, 0 AS leased, 0 AS dead, min(run_at) AS oldest
              FROM jobs WHERE state = 'ready' GROUP BY kind
              UNION ALL
              SELECT kind, count(*) FILTER (WHERE run_at <= @now), count(*) FILTER (WHERE run_at > @now), 0, 0,
                min(run_at) FILTER (WHERE run_at <= @now)
              FROM jobs WHERE state = 'scheduled' GROUP BY kind
              UNION ALL
              SELECT kind, 0, 0, count(*), 0, NULL FROM jobs WHERE state = 'leased' GROUP BY kind
              UNION ALL
              SELECT kind, 0, 0, 0, count(*), NULL FROM jobs WHERE state = 'dead' GROUP BY kind) counted
            GROUP BY kind ORDER BY kind
            """,
            new { tx.Now }),
        cancellationToken);

    private static string Shortened(string error) => error.Length > MaxErrorLength ? error[..MaxErrorLength] : error;

    private Task FailHeldAsync(WriteTransaction tx, JobLease lease, string errorCode, string error) =>
        lease.Attempt >= lease.Request.MaxAttempts
            ? tx.ChangeHeldAsync(lease, Bury, errorCode: errorCode, error: Shortened(error))
            : tx.ChangeHeldAsync(lease, Retry, tx.Now + Backoff.After(lease.Attempt, _random), errorCode, Shortened(error));

    private Task<bool> WriteAsync(Func<WriteTransaction, Task> change, CancellationToken cancellationToken) =>
        _store.WriteBesideOthersAsync(
            async tx =>
            {
                await change(tx);
                return true;
            },
            cancellationToken);
}
