namespace OrionPlatform.Architecture.Tests;

/// <summary>The platform's arrows, where it is here as source.</summary>
public sealed class PlatformTests
{
    [Fact]
    public void The_platform_references_nothing_outside_it()
    {
        var wrong = Repository.Rooms
            .Where(room => IsPlatform(room.Key))
            .SelectMany(room => ReferenceTests.References(room.Value).Where(reference => !IsPlatform(reference.Room))
                .Select(reference => $"{room.Key} -> {reference.Room}"))
            .ToList();

        Assert.True(wrong.Count == 0,
            "The platform can be replaced by a later one only if it knows nobody outside: " + string.Join(", ", wrong));
    }

    [Fact]
    public void Every_library_of_the_platform_has_its_arrows_here()
    {
        var known = ReferenceTests.Allowed.Keys.ToHashSet(StringComparer.Ordinal);
        var unknown = Repository.Rooms.Keys.Where(room => IsPlatform(room) && !known.Contains(room)).ToList();

        Assert.True(unknown.Count == 0, "Say in ReferenceTests.Allowed whom they may reference: " + string.Join(", ", unknown));
    }

    private static bool IsPlatform(string room) => room.StartsWith("platform/", StringComparison.Ordinal);
}
