using System.Runtime.InteropServices;

namespace OrionPlatform.AppHost;

/// <summary>The program that runs .NET assemblies.</summary>
internal static class DotNet
{
    /// <summary>The dotnet this process runs on, so that services run on the same runtime.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        var program = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var root = System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var beside = System.IO.Path.Combine(root, program);
        return File.Exists(beside) ? beside : program;
    }
}
