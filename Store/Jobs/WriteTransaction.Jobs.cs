namespace OrionPlatform.Store;

public partial class WriteTransaction
{
    /// <summary>Enqueues a job; it becomes visible when this transaction commits. Returns its id, or null when its unique key exists already.</summary>
    public Task<string?> EnqueueAsync(JobRequest job) => throw new NotSupportedException();

    /// <summary>Ends a job as done, in the same transaction as its effects.</summary>
    /// <exception cref="LeaseLostException">Someone else holds the job now; the whole write is undone.</exception>
    public Task CompleteAsync(JobLease lease) => throw new NotSupportedException();

    /// <summary>
    /// Throws unless the lease is still held: call it first in every write that a job makes without completing it, so that a worker that
    /// lost its lease has no effect.
    /// </summary>
    /// <exception cref="LeaseLostException">Someone else holds the job now, or its lease has ended; the whole write is undone.</exception>
    public Task CheckLeaseAsync(JobLease lease) => throw new NotSupportedException();
}
