using System.Diagnostics;

namespace Orion.LoadTesting.AppHosts;

/// <summary>Finds the application's project as it was built in this program's configuration; builds it when it was not.</summary>
internal static class AppHostBuild
{
    /// <exception cref="LoadTestException">It does not build.</exception>
    public static async Task<string> FindOrBuildAsync(string folder, TextWriter output)
    {
        var project = (Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.csproj").SingleOrDefault() : null)
            ?? throw new LoadTestException($"There is no project in {folder}.");
        if (Built(folder, project) is { } dll)
        {
            return dll;
        }

        output.WriteLine($"Building {project} ...");
        string[] arguments = ["build", project, "-c", SolutionFolder.Configuration, "-v", "q", "-nologo"];
        using var build = Process.Start(
            new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var text = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        return build.ExitCode == 0 && Built(folder, project) is { } built
            ? built
            : throw new LoadTestException($"{project} does not build:\n{text.Trim()}");
    }

    private static string? Built(string folder, string project)
    {
        var bin = Path.Combine(folder, "bin", SolutionFolder.Configuration);
        return Directory.Exists(bin)
            ? Directory.EnumerateFiles(bin, Path.GetFileNameWithoutExtension(project) + ".dll", SearchOption.AllDirectories)
                .FirstOrDefault()
            : null;
    }
}
