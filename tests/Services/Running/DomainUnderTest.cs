using OrionPlatform.Store;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>A real store in a folder of its own, on a clock that the test moves.</summary>
internal sealed class DomainUnderTest : IDisposable
{
    private readonly TempFolder _folder = new();

    public DomainUnderTest() =>
        Store = new DomainStore(new DomainStoreOptions { ConnectionString = $"Data Source={_folder.File("store.db")}" }, Time);

    public FakeTimeProvider Time { get; } = new();

    public DomainStore Store { get; }

    public void Dispose()
    {
        Store.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _folder.Dispose();
    }
}
