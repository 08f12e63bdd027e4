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
}
