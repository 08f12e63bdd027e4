using System.Runtime.CompilerServices;

namespace OrionPlatform.Architecture.Tests;

/// <summary>Where the solution stands, found from this file.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Every project of the product, by room (its folder from the root), tests left out.</summary>
    public static IReadOnlyDictionary<string, string> Rooms { get; } = Directory
        .EnumerateFiles(Root, "*.csproj", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 })
        .Select(path => (Room: RoomOf(path), path))
        .Where(p => !p.Room.StartsWith("tests", StringComparison.Ordinal) && !p.Room.StartsWith('.') && p.Room != "platform/benchmarks")
        .ToDictionary(p => p.Room, p => p.path);

    public static string RoomOf(string projectFile) =>
        Path.GetRelativePath(Root, Path.GetDirectoryName(Path.GetFullPath(projectFile))!).Replace('\\', '/');

    private static string FindRoot([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}
