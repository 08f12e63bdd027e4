namespace Orion.Store.Jobs;

/// <summary>A job to be done later, enqueued in the transaction of its cause.</summary>
public sealed record JobRequest
{
    /// <summary>What to do: <c>order.ship</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The entity it is about, as <c>kind/id</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>Arguments as a JSON object.</summary>
    public string Payload { get; init; } = "{}";

    /// <summary>The tenant it is done for. Null: that of the request or job in progress, if it has one.</summary>
    public string? TenantId { get; init; }

    /// <summary>At most one job with this key is ever accepted; null for none.</summary>
    public string? UniqueKey { get; init; }

    /// <summary>Not before; null for at once.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>Higher first; waiting jobs age upwards.</summary>
    public int Priority { get; init; }

    /// <summary>Attempts before it becomes a dead letter.</summary>
    public int MaxAttempts { get; init; } = 20;

    /// <summary>
    /// How long one attempt may take, however often its lease is renewed; past it <see cref="JobQueue.BeatAsync"/> fails the attempt.
    /// </summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>A job that one worker holds, until its lease ends.</summary>
public sealed record JobLease
{
    /// <summary>The job's id.</summary>
    public required string Id { get; init; }

    /// <summary>The request it was made from.</summary>
    public required JobRequest Request { get; init; }

    /// <summary>What asked for it: the processing span links to it, and its correlation id and tenant are the job's.</summary>
    public required Cause Cause { get; init; }

    /// <summary>Which attempt this is, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>
    /// Grows with every claim; checked in the transaction of every effect, so that a worker that lost its lease has none.
    /// </summary>
    public required long FencingToken { get; init; }

    /// <summary>When it was enqueued.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>When the lease ends unless it is renewed.</summary>
    public required DateTimeOffset LeaseUntil { get; init; }
}
