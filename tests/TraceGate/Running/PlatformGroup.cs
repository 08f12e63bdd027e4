namespace OrionPlatform.TraceGate.Tests;

/// <summary>The gate and the canaries judge one run of the platform.</summary>
[CollectionDefinition(Name)]
#pragma warning disable CA1711 // xunit's own term.
public sealed class PlatformGroup : ICollectionFixture<ExercisedPlatform>
#pragma warning restore CA1711
{
    public const string Name = "exercised platform";
}
