using Orion.Store;

namespace Orion.Store.Tests;

/// <summary>A store over a database of the test's own, with a scratch table, on a clock the test moves.</summary>
internal sealed class StoreUnderTest : IAsyncDisposable
{
    private readonly bool _isOwner;

    private StoreUnderTest(
        TempFolder folder, StoreDatabase database, bool isOwner, FakeTimeProvider time, Action<DomainStoreOptions>? configure)
    {
        (Folder, Database, _isOwner, Time) = (folder, database, isOwner, time);
        var options = Options(database);
        configure?.Invoke(options);
        Store = new DomainStore(options, time);
    }

    public DomainStore Store { get; }

    public FakeTimeProvider Time { get; }

    public TempFolder Folder { get; }

    public StoreDatabase Database { get; }

    public static DomainStoreOptions Options(StoreDatabase database) =>
        new() { ConnectionString = database.ConnectionString, Readers = 2 };

    /// <summary>Of a file in that folder.</summary>
    public static DomainStoreOptions Options(TempFolder folder) =>
        new() { ConnectionString = $"Data Source={folder.File("store.db")}", Readers = 2 };

    public static StoreUnderTest Open(Action<DomainStoreOptions>? configure = null)
    {
        var folder = new TempFolder();
        return new StoreUnderTest(folder, StoreDatabase.Of(folder.Path), isOwner: true, new FakeTimeProvider(), configure);
    }

    public static async Task<StoreUnderTest> WithNotesAsync(Action<DomainStoreOptions>? configure = null)
    {
        var opened = Open(configure);
        await opened.Store.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE notes (id TEXT PRIMARY KEY, n INTEGER NOT NULL DEFAULT 0)"));
        return opened;
    }

    /// <summary>A second store over the same database, as another process would have it.</summary>
    public StoreUnderTest Beside(Action<DomainStoreOptions>? configure = null) => new(Folder, Database, isOwner: false, Time, configure);

    public Task<int> NoteAsync(string id) => Store.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO notes (id) VALUES (@id)", new { id }));

    public Task<IReadOnlyList<string>> NotesAsync() => Store.ReadAsync(tx => tx.QueryAsync<string>("SELECT id FROM notes ORDER BY id"));

    /// <summary>
    /// Completes when all facts and audit entries that are committed can be followed: other tests of the run may have older transactions
    /// under way on the same server.
    /// </summary>
    public Task SettledAsync() => Eventually.TrueAsync(
        () => Store.ReadAsync(async tx =>
            await tx.LastPositionAsync() == await MaxAsync(tx, "journal")
            && (await tx.AuditOutboxAsync(1_000_000)).Count
                == await tx.QuerySingleOrDefaultAsync<long>("SELECT count(*) FROM audit_outbox")),
        "nothing older under way");

    /// <summary>Everything the closed store left in its database.</summary>
    public Task<string> StoredAsync() => Database.StoredAsync();

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        if (_isOwner)
        {
            await Database.DisposeAsync();
            Folder.Dispose();
        }
    }

    private static Task<long> MaxAsync(ReadTransaction tx, string table) =>
        tx.QuerySingleOrDefaultAsync<long>($"SELECT COALESCE(max(position), 0) FROM {table}");
}
