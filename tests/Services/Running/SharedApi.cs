namespace OrionPlatform.Services.Tests;

/// <summary>One api for the tests of a class that do not disturb each other.</summary>
public sealed class SharedApi : IAsyncLifetime
{
    internal ApiUnderTest Api { get; private set; } = null!;

    public async Task InitializeAsync() => Api = await ApiUnderTest.StartAsync();

    public async Task DisposeAsync() => await Api.DisposeAsync();
}
