namespace OrionPlatform.Store;

/// <summary>Settings of the store, section <c>Orion:Store</c>; the connection string is <c>ConnectionStrings:store</c>.</summary>
public sealed class DomainStoreOptions
{
    /// <summary>Connection string, for example <c>Data Source=/var/lib/orion/store.db</c>.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Most closures that share one transaction, and so one fsync.</summary>
    public int MaxBatch { get; set; } = 256;

    /// <summary>Most closures that wait for the writer; past it <see cref="DomainStore.WriteAsync{T}"/> refuses with <see cref="StoreBusyException"/>.</summary>
    public int MaxQueue { get; set; } = 10_000;
}
