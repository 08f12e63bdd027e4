namespace OrionPlatform.AppHost;

/// <summary>Finds programs the way a shell does.</summary>
internal static class Command
{
    /// <summary>Absolute path of a command, or null when there is no such program.</summary>
    public static string? Find(string command, string workingDirectory)
    {
        if (command.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) || command.Contains('/', StringComparison.Ordinal))
        {
            return Candidates(Path.GetFullPath(command, workingDirectory)).FirstOrDefault(File.Exists);
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.SelectMany(folder => Candidates(Path.Combine(folder, command))).FirstOrDefault(File.Exists);
    }

    private static IEnumerable<string> Candidates(string path) => OperatingSystem.IsWindows() && !Path.HasExtension(path) ? [path + ".exe", path + ".cmd", path] : [path];
}
