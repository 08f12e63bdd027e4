using System.Reflection;

namespace OrionPlatform.LoadTests;

/// <summary>Where the solution stands that this program was built from.</summary>
internal static class Solution
{
    /// <summary>Null when the program runs away from its solution.</summary>
    public static string? Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>Debug or Release: what this program was built as.</summary>
    public static string Configuration { get; } =
        typeof(Solution).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";

    public static string DefaultKeysFile => Path.Combine(Root ?? ".", ".data", "dev-keys.json");

    private static string? Find(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (Directory.Exists(Path.Combine(at.FullName, "AppHost")) && at.EnumerateFiles("*.sln*").Any())
            {
                return at.FullName;
            }
        }

        return null;
    }
}
