using System.Text;
using Orion.Store;
using OrionPlatform.Domain;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>A real store in a folder of its own, on a clock that the test moves.</summary>
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
        var options = new DomainStoreOptions { ConnectionString = $"Data Source={_folder.File("store.db")}" };
        DomainExtensions.AddMigrations(options);
        Store = new DomainStore(options, Time);
    }

    public FakeTimeProvider Time { get; }

    public DomainStore Store { get; }

    /// <summary>A second store over the same file, as another process would have it.</summary>
    public DomainUnderTest Beside() => new(_folder, ownsFolder: false, Time);

    /// <summary>Everything the closed store left on disk, its log included.</summary>
    public async Task<string> StoredBytesAsync()
    {
        var files = await Task.WhenAll(Directory.GetFiles(_folder.Path, "store.db*").Select(f => File.ReadAllBytesAsync(f)));
        return string.Concat(files.Select(Encoding.Latin1.GetString));
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        if (_ownsFolder)
        {
            _folder.Dispose();
        }
    }
}
