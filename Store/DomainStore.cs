namespace OrionPlatform.Store;

/// <summary>
/// The domain's database. Writes are closures queued to one writer thread: many share one transaction, each in its own savepoint;
/// a write is acknowledged only when it is durable. Reads run on the store's own reader threads over read-only connections.
/// </summary>
public sealed class DomainStore : IAsyncDisposable
{
    /// <summary>Opens the database, migrates it, and starts its threads.</summary>
    public DomainStore(DomainStoreOptions options, TimeProvider time) => throw new NotSupportedException();

    /// <summary>Runs <paramref name="work"/> in a transaction; its effects are durable when the task completes.</summary>
    /// <exception cref="StoreBusyException">Too many writes wait already; nothing was done.</exception>
    /// <exception cref="InvalidOperationException">The closure awaited something other than the store; nothing was done.</exception>
    /// <remarks>An exception thrown by <paramref name="work"/> undoes its own effects only, and reaches its own caller only.</remarks>
    public Task<T> WriteAsync<T>(Func<WriteTransaction, Task<T>> work, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Func<WriteTransaction, Task> work, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Runs <paramref name="work"/> against a consistent snapshot.</summary>
    public Task<T> ReadAsync<T>(Func<ReadTransaction, Task<T>> work, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>A value that changes with every commit of any process; a microsecond, no table is read.</summary>
    public Task<long> VersionAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Completes when any process has committed since <paramref name="version"/>, or after <paramref name="timeout"/>; returns the version now.</summary>
    public Task<long> WaitForChangeAsync(long version, TimeSpan timeout, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}

/// <summary>Too many writes wait for the store's writer. Nothing was done; the caller may try again.</summary>
public sealed class StoreBusyException : Exception
{
    /// <summary>With a message.</summary>
    public StoreBusyException(string message) : base(message)
    {
    }
}
