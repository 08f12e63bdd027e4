using Orion.Store.Idempotency;
using Orion.Store.Sql;

namespace OrionPlatform.Worker;

/// <summary>Does one kind of job.</summary>
internal interface IJobHandler
{
    /// <summary>The kind: <c>note.index</c>.</summary>
    string Kind { get; }

    /// <summary>
    /// Does the job. Its effect and <see cref="WriteTransaction.CompleteAsync"/> go into one write; a write without the latter begins with
    /// <see cref="WriteTransaction.CheckLeaseAsync"/>. Whatever it throws is a failed attempt.
    /// </summary>
    Task<JobOutcome> HandleAsync(JobLease job, CancellationToken cancellationToken);
}

/// <summary>How a handler leaves a job.</summary>
/// <param name="Snooze">
/// Null when the handler has completed it; else how long to wait before it is tried again, its attempt not burnt.
/// </param>
internal readonly record struct JobOutcome(TimeSpan? Snooze)
{
    public static JobOutcome Done => default;

    public static JobOutcome Later(TimeSpan delay) => new(delay);
}
