using System.Collections.Concurrent;
using Orion.Store.Sql;

namespace OrionPlatform.Domain;

/// <summary>
/// Answers about a tenant, each kept with the tenant's epoch as of the snapshot it was read from and served only while that is the current
/// one. A fill that raced a revocation carries the epoch from before it, so it is never served afterwards: there is nothing to invalidate,
/// and so nothing to miss.
/// </summary>
internal sealed class AuthzCache<TKey, TValue>(DomainStore store, AuthzEpochs epochs) where TKey : notnull
{
    // Bounded by MaxEntries; emptied when full.
    private const int MaxEntries = 20_000;
    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();

    /// <summary>Called between reading and storing: where a test lets a revocation in.</summary>
    public Func<Task> Loaded { get; set; } = () => Task.CompletedTask;

    /// <summary>The answer, or <c>default</c> when <paramref name="load"/> finds no tenant it could be about (which is not kept).</summary>
    public async Task<TValue?> GetAsync(TKey key, Func<ReadTransaction, Task<(string? TenantId, TValue Value)>> load,
        CancellationToken cancellationToken)
    {
        if (_entries.TryGetValue(key, out var entry) && entry.Epoch == await epochs.CurrentAsync(entry.TenantId, cancellationToken))
        {
            return entry.Value;
        }

        var loaded = await store.ReadAsync(
            async tx =>
            {
                var (tenantId, value) = await load(tx);
                return tenantId is null ? null : new Entry(tenantId, await AuthzEpochs.ReadAsync(tx, tenantId), value);
            },
            cancellationToken);
        await Loaded();
        if (loaded is null)
        {
            _entries.TryRemove(key, out _);
            return default;
        }

        if (_entries.Count >= MaxEntries)
        {
            _entries.Clear();
        }

        _entries[key] = loaded;
        return loaded.Value;
    }

    private sealed record Entry(string TenantId, long Epoch, TValue Value);
}
