using System.Diagnostics;

namespace OrionPlatform.LoadTests;

/// <summary>Finds AppHost as it was built in this program's configuration; builds it when it was not.</summary>
internal static class AppHostBuild
{
    /// <exception cref="UsageException">It does not build.</exception>
    public static async Task<string> FindOrBuildAsync(string root, TextWriter output)
    {
        var folder = Path.Combine(root, "AppHost");
        var project = Directory.EnumerateFiles(folder, "*.csproj").SingleOrDefault()
            ?? throw new UsageException($"There is no project in {folder}.");
        if (Built(folder, project) is { } dll)
        {
            return dll;
        }

        output.WriteLine("Building AppHost ...");
        using var build = Process.Start(new ProcessStartInfo("dotnet", ["build", project, "-c", Solution.Configuration, "-v", "q", "-nologo"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var text = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        return build.ExitCode == 0 && Built(folder, project) is { } built
            ? built
            : throw new UsageException("AppHost does not build:\n" + text.Trim());
    }

    private static string? Built(string folder, string project)
    {
        var bin = Path.Combine(folder, "bin", Solution.Configuration);
        return Directory.Exists(bin)
            ? Directory.EnumerateFiles(bin, Path.GetFileNameWithoutExtension(project) + ".dll", SearchOption.AllDirectories).FirstOrDefault()
            : null;
    }
}
