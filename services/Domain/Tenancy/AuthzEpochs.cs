using System.Collections.Concurrent;
using Orion.Store.Sql;

namespace OrionPlatform.Domain;

/// <summary>
/// The current epoch of a tenant, exact at the moment of the question, also across processes: the store's version is asked for each time,
/// and only when it has moved since the tenant's epoch was last read is it read again.
/// </summary>
internal sealed class AuthzEpochs(DomainStore store)
{
    // Bounded by MaxTenants; emptied when full, which costs a read of one row for each tenant that is asked for next.
    private const int MaxTenants = 20_000;
    private readonly ConcurrentDictionary<string, (long Version, long Epoch)> _known = new(StringComparer.Ordinal);

    public static Task<long> ReadAsync(ReadTransaction tx, string tenantId) =>
        tx.QuerySingleOrDefaultAsync<long>("SELECT epoch FROM authz_epochs WHERE tenant_id = @tenant_id", new { tenantId });

    public async Task<long> CurrentAsync(string tenantId, CancellationToken cancellationToken)
    {
        // Read before the epoch: if anything commits between the two, the next question finds another version and reads again.
        var version = await store.VersionAsync(cancellationToken);
        if (_known.TryGetValue(tenantId, out var known) && known.Version == version)
        {
            return known.Epoch;
        }

        var epoch = await store.ReadAsync(tx => ReadAsync(tx, tenantId), cancellationToken);
        if (_known.Count >= MaxTenants)
        {
            _known.Clear();
        }

        _known[tenantId] = (version, epoch);
        return epoch;
    }
}
