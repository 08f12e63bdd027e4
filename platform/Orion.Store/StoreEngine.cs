using System.Data;
using Orion.Store.Health;
using Orion.Store.Sql;

namespace Orion.Store;

/// <summary>A database that runs the store's closures; see <see cref="DomainStore"/> for what each call promises.</summary>
internal abstract class StoreEngine : IAsyncDisposable
{
    public abstract Dialect Dialect { get; }

    /// <summary>How many transactions were committed; one may hold many writes.</summary>
    public abstract long Commits { get; }

    /// <summary>Why the last write could not be made durable; null when it was.</summary>
    public abstract WriteFailure? WriteFailure { get; }

    /// <summary>How long ago the database last took a transaction of this process, an empty one too.</summary>
    public abstract TimeSpan SinceCommit { get; }

    /// <param name="work">The closure.</param>
    /// <param name="isolation">
    /// <see cref="IsolationLevel.Serializable"/>, or <see cref="IsolationLevel.ReadCommitted"/> for statements that check in their own
    /// conditions what they rest on.
    /// </param>
    /// <param name="cause">What asked for it.</param>
    /// <param name="cancellationToken">Counts until the closure starts.</param>
    public abstract Task<T> WriteAsync<T>(
        Func<WriteTransaction, Task<T>> work, IsolationLevel isolation, Cause cause, CancellationToken cancellationToken);

    public abstract Task<T> ReadAsync<T>(Func<ReadTransaction, Task<T>> work, CancellationToken cancellationToken);

    public abstract Task<long> VersionAsync(CancellationToken cancellationToken);

    public abstract Task<long> WaitForChangeAsync(long version, TimeSpan timeout, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    public static InvalidOperationException CalledFromClosure() =>
        new("A closure of the store called the store again: use the transaction that was passed to it.");

    public static InvalidOperationException AwaitedSomethingElse() => new(
        "The closure awaited something other than the store, which would hold every other write up. "
        + "Nothing was done. Await it before or after.");
}
