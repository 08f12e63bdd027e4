namespace OrionPlatform.Store;

/// <summary>A job to be done later, enqueued in the transaction of its cause.</summary>
public sealed record JobRequest
{
    /// <summary>What to do: <c>allocation.provision</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The entity it is about, as <c>kind/id</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>Arguments as a JSON object.</summary>
    public string Payload { get; init; } = "{}";

    /// <summary>The tenant it is done for.</summary>
    public string? TenantId { get; init; }

    /// <summary>At most one job with this key is ever accepted; null for none.</summary>
    public string? UniqueKey { get; init; }

    /// <summary>Not before; null for at once.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>Higher first; waiting jobs age upwards.</summary>
    public int Priority { get; init; }

    /// <summary>Attempts before it becomes a dead letter.</summary>
    public int MaxAttempts { get; init; } = 20;

    /// <summary>How long one attempt may take, however often its lease is renewed; past it <see cref="JobQueue.BeatAsync"/> fails the attempt.</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The cause's W3C traceparent, so that the processing span can link to it. Taken from the current activity when not set.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The cause's correlation id.</summary>
    public string? CorrelationId { get; init; }
}

/// <summary>A job that one worker holds, until its lease ends.</summary>
public sealed record JobLease
{
    /// <summary>The job's id.</summary>
    public required string Id { get; init; }

    /// <summary>The request it was made from.</summary>
    public required JobRequest Request { get; init; }

    /// <summary>Which attempt this is, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Grows with every claim; checked in the transaction of every effect, so that a worker that lost its lease has none.</summary>
    public required long FencingToken { get; init; }

    /// <summary>When it was enqueued.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>When the lease ends unless it is renewed.</summary>
    public required DateTimeOffset LeaseUntil { get; init; }
}

/// <summary>The queue, counted.</summary>
/// <param name="Kind">Kind of job.</param>
/// <param name="Ready">Due and waiting.</param>
/// <param name="Scheduled">Not yet due, retries included.</param>
/// <param name="Leased">Being worked on.</param>
/// <param name="Dead">Given up.</param>
/// <param name="OldestReady">How long the oldest due one has waited; null when none waits.</param>
public sealed record JobDepth(string Kind, long Ready, long Scheduled, long Leased, long Dead, TimeSpan? OldestReady);

/// <summary>A job that was given up, with its cause.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="Kind">Kind of job.</param>
/// <param name="Subject">The entity it is about.</param>
/// <param name="TenantId">The tenant it was for.</param>
/// <param name="Attempts">How many attempts it had.</param>
/// <param name="ErrorCode">Code of the last failure.</param>
/// <param name="Error">Its message.</param>
/// <param name="DiedAt">When it was given up.</param>
/// <param name="TraceParent">The cause's traceparent.</param>
/// <param name="CorrelationId">The cause's correlation id.</param>
public sealed record DeadLetter(
    string Id, string Kind, string Subject, string? TenantId, int Attempts, string? ErrorCode, string? Error, DateTimeOffset DiedAt,
    string? TraceParent, string? CorrelationId);

/// <summary>The lease is no longer this worker's: another claimed the job after it ended.</summary>
public sealed class LeaseLostException : Exception
{
    /// <summary>With a message.</summary>
    public LeaseLostException(string message) : base(message)
    {
    }
}

/// <summary>The worker's side of the job queue. (Producers enqueue by <see cref="WriteTransaction.EnqueueAsync"/>.)</summary>
public sealed class JobQueue
{
    /// <summary>How long a claim lasts without a beat: 15 s.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    /// <summary>How often a worker renews: every 5 s.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    /// <summary>The queue of that store.</summary>
    public JobQueue(DomainStore store, TimeProvider time) => throw new NotSupportedException();

    /// <summary>Claims up to <paramref name="limit"/> due jobs of those kinds; empty when none is due.</summary>
    public Task<IReadOnlyList<JobLease>> ClaimAsync(string owner, IReadOnlyCollection<string> kinds, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Renews a lease.</summary>
    /// <exception cref="LeaseLostException">It is no longer held.</exception>
    public Task<JobLease> BeatAsync(JobLease lease, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Records a failed attempt: tried again after a full-jitter backoff, or a dead letter with its cause.</summary>
    public Task FailAsync(JobLease lease, string errorCode, string error, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Tries again after <paramref name="delay"/> without burning the attempt (waiting for something, not failing).</summary>
    public Task SnoozeAsync(JobLease lease, TimeSpan delay, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Gives a job back at once, its attempt not burnt (shutdown).</summary>
    public Task ReleaseAsync(JobLease lease, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Completes when a job of those kinds may be due, or after <paramref name="timeout"/>; woken by commits of any process within about 25 ms.</summary>
    public Task WaitAsync(IReadOnlyCollection<string> kinds, TimeSpan timeout, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>
    /// Gives back at once the leases of an earlier life of <paramref name="owner"/>: call it when a worker starts, before its first claim. The
    /// attempts count, since the crash may have been the job's doing. Returns how many jobs are claimable again. No two live workers may share a name.
    /// </summary>
    public Task<int> ReleaseOwnerAsync(string owner, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Gives up on a job at once: a failure that no further attempt can mend.</summary>
    public Task BuryAsync(JobLease lease, string errorCode, string error, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Makes a dead letter claimable again, its attempts back at zero. False when there is none of that id.</summary>
    public Task<bool> RedriveAsync(string jobId, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The newest dead letters, with their causes.</summary>
    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The queue's depth by kind.</summary>
    public Task<IReadOnlyList<JobDepth>> DepthAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
