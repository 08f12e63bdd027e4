using OrionPlatform.Tests;

namespace OrionPlatform.EndToEnd.Tests;

/// <summary>One platform for all tests that leave it as they found it: it costs more to start than most of them take.</summary>
public sealed class SharedPlatform : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();

    internal HostedPlatform Platform { get; private set; } = null!;

    public async Task InitializeAsync() => Platform = await HostedPlatform.StartAsync(_folder.Path);

    public async Task DisposeAsync() => await Platform.DisposeAsync();

    public void Dispose() => _folder.Dispose();
}

/// <summary>Its tests run one after the other.</summary>
[CollectionDefinition(Name)]
#pragma warning disable CA1711 // xunit's own term.
public sealed class SharedPlatformGroup : ICollectionFixture<SharedPlatform>
#pragma warning restore CA1711
{
    internal const string Name = "shared platform";
}
