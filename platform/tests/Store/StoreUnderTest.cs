using System.Text;
using Orion.Store;

namespace Orion.Store.Tests;

/// <summary>A store over a file of the test's own, with a scratch table, on a clock the test moves.</summary>
internal sealed class StoreUnderTest : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly bool _ownsFolder;

    private StoreUnderTest(TempFolder folder, bool ownsFolder, FakeTimeProvider time, Action<DomainStoreOptions>? configure)
    {
        (_folder, _ownsFolder, Time) = (folder, ownsFolder, time);
        var options = Options(folder);
        configure?.Invoke(options);
        Store = new DomainStore(options, time);
    }

    public DomainStore Store { get; }

    public FakeTimeProvider Time { get; }

    public TempFolder Folder => _folder;

    public static DomainStoreOptions Options(TempFolder folder) =>
        new() { ConnectionString = $"Data Source={folder.File("store.db")}", Readers = 2 };

    public static StoreUnderTest Open(Action<DomainStoreOptions>? configure = null) =>
        new(new TempFolder(), ownsFolder: true, new FakeTimeProvider(), configure);

    public static async Task<StoreUnderTest> WithNotesAsync(Action<DomainStoreOptions>? configure = null)
    {
        var opened = Open(configure);
        await opened.Store.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE notes (id TEXT PRIMARY KEY, n INTEGER NOT NULL DEFAULT 0)"));
        return opened;
    }

    /// <summary>A second store over the same file, as another process would have it.</summary>
    public StoreUnderTest Beside(Action<DomainStoreOptions>? configure = null) => new(_folder, ownsFolder: false, Time, configure);

    public Task<int> NoteAsync(string id) => Store.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO notes (id) VALUES (@id)", new { id }));

    public Task<IReadOnlyList<string>> NotesAsync() => Store.ReadAsync(tx => tx.QueryAsync<string>("SELECT id FROM notes ORDER BY id"));

    /// <summary>Everything the closed store left on disk, its log included.</summary>
    public async Task<string> StoredBytesAsync()
    {
        var files = await Task.WhenAll(Directory.GetFiles(_folder.Path, "store.db*").Select(f => File.ReadAllBytesAsync(f)));
        return string.Concat(files.Select(Encoding.Latin1.GetString));
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        if (_ownsFolder)
        {
            _folder.Dispose();
        }
    }
}
