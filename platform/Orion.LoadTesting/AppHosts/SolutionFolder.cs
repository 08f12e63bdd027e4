using System.Reflection;

namespace Orion.LoadTesting.AppHosts;

/// <summary>Where the solution stands that the program was built from.</summary>
internal static class SolutionFolder
{
    /// <summary>The nearest folder around the program with a solution in it; null when it runs away from it.</summary>
    public static string? Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>Debug or Release: what the program was built as, whatever this library was.</summary>
    public static string Configuration { get; } =
        Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";

    private static string? Find(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (at.EnumerateFiles("*.sln").Concat(at.EnumerateFiles("*.slnx")).Any())
            {
                return at.FullName;
            }
        }

        return null;
    }
}
