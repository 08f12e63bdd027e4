namespace Orion.Store.OpsAccess;

/// <summary>Keys of ASP.NET Core's data protection, shared by all processes of the store.</summary>
public sealed class DataProtectionKeys
{
    private readonly DomainStore _store;

    /// <summary>The keys of that store.</summary>
    public DataProtectionKeys(DomainStore store) => _store = store;

    /// <summary>All of them, as XML.</summary>
    public Task<IReadOnlyList<string>> ListAsync() =>
        _store.ReadAsync(tx => tx.QueryAsync<string>("SELECT xml FROM data_protection_keys ORDER BY name"));

    /// <summary>Keeps one; the same name again changes nothing.</summary>
    public Task AddAsync(string name, string xml) => _store.WriteAsync(tx =>
        tx.ExecuteAsync("INSERT INTO data_protection_keys (name, xml) VALUES (@name, @xml) ON CONFLICT DO NOTHING", new { name, xml }));
}
