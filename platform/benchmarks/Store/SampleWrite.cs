using Orion.Store;
using Orion.Store.Journal;

namespace Orion.Benchmarks;

/// <summary>The write that is measured: one row of about 200 bytes, and the fact that tells of it.</summary>
internal sealed record SampleWrite
{
    public const string CreateTable =
        "CREATE TABLE items (id TEXT PRIMARY KEY, owner TEXT NOT NULL, note TEXT NOT NULL, amount BIGINT NOT NULL, "
        + "made_at BIGINT NOT NULL)";

    public const string InsertItem =
        "INSERT INTO items (id, owner, note, amount, made_at) VALUES (@id, @owner, @note, @amount, @made_at)";

    public const string FactType = "item.made";
    public const string FactData = "{\"amount\":4711}";

    public string Id { get; } = Ids.New("it", DateTimeOffset.UtcNow);

    public string Owner { get; } = "tn_019b0a6f27c17d3fb1a0c7f2d6e89a34";

    public string Note { get; } = "Two of the small ones and one of the large, to be left at the side door before eight in the morning.";

    public long Amount { get; } = 4711;

    public DateTimeOffset MadeAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>What a bare loop has to say for itself; the store says the same with <c>AppendFactAsync</c>.</summary>
    public static string InsertFact(string position) =>
        $"""
        INSERT INTO journal (position, occurred_at, type, subject, tenant_id, data, trace_id, correlation_id, trace_parent)
        VALUES ({position}, @made_at, @type, @subject, @tenant_id, @data, NULL, NULL, NULL)
        RETURNING position
        """;

    /// <summary>Makes the table, and the store's own; returns once they are there.</summary>
    public static async Task PrepareAsync(string connectionString)
    {
        await using var store = Open(connectionString);
        await store.WriteAsync(tx => tx.ExecuteAsync(CreateTable));
    }

    public static DomainStore Open(string connectionString) =>
        new(new DomainStoreOptions { ConnectionString = connectionString }, TimeProvider.System);

    /// <summary>How many rows there are; each has its fact.</summary>
    public static async Task<long> CountAsync(DomainStore store)
    {
        var (items, facts) = await store.ReadAsync(tx => tx.QuerySingleOrDefaultAsync<(long, long)>(
            "SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM journal)"));
        return items == facts ? items : throw new InvalidOperationException($"There are {items} rows and {facts} facts.");
    }

    /// <summary>Through the store.</summary>
    public Task StoreAsync(DomainStore store) => store.WriteAsync(async tx =>
    {
        await tx.ExecuteAsync(InsertItem, this);
        await tx.AppendFactAsync(new JournalFact { Type = FactType, Subject = $"item/{Id}", TenantId = Owner, Data = FactData });
    });
}
