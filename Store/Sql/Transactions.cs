namespace OrionPlatform.Store;

/// <summary>SQL against a snapshot. Parameters are an anonymous object, named <c>@like_this</c>; rows map to records by column name (snake_case to PascalCase).</summary>
public class ReadTransaction
{
    private protected ReadTransaction()
    {
    }

    /// <summary>All rows.</summary>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args = null) => throw new NotSupportedException();

    /// <summary>The only row, or <c>default</c>.</summary>
    public Task<T?> QuerySingleOrDefaultAsync<T>(string sql, object? args = null) => throw new NotSupportedException();

    /// <summary>The facts of one entity, oldest first, after a position.</summary>
    public Task<IReadOnlyList<JournalEntry>> FactsOfAsync(string subject, long after = 0, int limit = 1000) => throw new NotSupportedException();

    /// <summary>All facts after a position, in the order of their commits: what a projection reads.</summary>
    public Task<IReadOnlyList<JournalEntry>> FactsSinceAsync(long position, int limit = 1000) => throw new NotSupportedException();
}

/// <summary>A write's own part of a transaction: its savepoint, the journal and the job queue within it.</summary>
public sealed class WriteTransaction : ReadTransaction
{
    internal WriteTransaction()
    {
    }

    /// <summary>The time of this write; the same for everything in it.</summary>
    public DateTimeOffset Now => throw new NotSupportedException();

    /// <summary>Executes a statement and returns the number of rows it changed.</summary>
    public Task<int> ExecuteAsync(string sql, object? args = null) => throw new NotSupportedException();

    /// <summary>Appends a fact to the journal and returns its position.</summary>
    public Task<long> AppendFactAsync(JournalFact fact) => throw new NotSupportedException();

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

    /// <summary>
    /// The answer that this request got before, or null when it is new. Call it first, then do the work, then <see cref="RememberAsync"/>,
    /// all in one <see cref="DomainStore.WriteAsync{T}"/>: writes run one after another, so no second request with the key can be in
    /// flight between the two, and there is no such state to get stuck in.
    /// </summary>
    /// <exception cref="IdempotencyKeyReusedException">The key belongs to a different request.</exception>
    public Task<RememberedResponse?> TryReplayAsync(IdempotentRequest request) => throw new NotSupportedException();

    /// <summary>Remembers the answer for 24 h, in the same transaction as its effects. A write that throws remembers nothing: refusals may be tried again with the same key.</summary>
    public Task RememberAsync(IdempotentRequest request, RememberedResponse response) => throw new NotSupportedException();
}
