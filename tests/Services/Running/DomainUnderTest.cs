using Orion.Store;
using OrionPlatform.Domain;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>A real store of its own, on a clock that the test moves.</summary>
internal sealed class DomainUnderTest : IDisposable, IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly bool _ownsFolder;

    public DomainUnderTest() : this(new TempFolder(), ownsFolder: true, new FakeTimeProvider())
    {
    }

    private DomainUnderTest(TempFolder folder, bool ownsFolder, FakeTimeProvider time)
    {
        (_folder, _ownsFolder, Time) = (folder, ownsFolder, time);
        var options = new DomainStoreOptions { ConnectionString = StoreDatabase.Of(_folder.Path).ConnectionString };
        DomainExtensions.AddMigrations(options);
        Store = new DomainStore(options, Time);
    }

    public FakeTimeProvider Time { get; }

    public DomainStore Store { get; }

    /// <summary>A second store over the same database, as another process would have it.</summary>
    public DomainUnderTest Beside() => new(_folder, ownsFolder: false, Time);

    /// <summary>Everything the closed store left in its database.</summary>
    public Task<string> StoredAsync() => StoreDatabase.Of(_folder.Path).StoredAsync();

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        if (_ownsFolder)
        {
            await StoreDatabase.Of(_folder.Path).DisposeAsync();
            _folder.Dispose();
        }
    }
}
