using System.Diagnostics;

namespace OrionPlatform.Tests;

/// <summary>Finds processes by what is in their environment, the way an operator would with /proc.</summary>
internal static class LinuxProcesses
{
    public static IReadOnlyList<int> WithEnvironment(params string[] entries) =>
        [.. Others().Where(pid => entries.All(entry => Environ(pid).Contains(entry, StringComparison.Ordinal)))];

    public static IReadOnlyList<int> WithArgument(string part) =>
        [.. Others().Where(pid => CommandLine(pid).Contains(part, StringComparison.Ordinal))];

    /// <summary>A process's arguments, each ended by a NUL.</summary>
    public static string CommandLine(int pid) => Read($"/proc/{pid}/cmdline");

    /// <summary>One variable of a process's environment; null when it has none of that name, or has ended.</summary>
    public static string? Variable(int pid, string name) =>
        Environ(pid).Split('\0').FirstOrDefault(entry => entry.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    /// <summary>The names of all variables in a process's environment.</summary>
    public static IReadOnlyList<string> Variables(int pid) =>
        [.. Environ(pid).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('=')[0])];

    public static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // Gone already.
        }
    }

    private static IEnumerable<int> Others() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
        .Where(pid => pid > 0 && pid != Environment.ProcessId && IsAlive(pid));

    private static string Environ(int pid) => Read($"/proc/{pid}/environ");

    /// <summary>A zombie has ended; only its parent has not noticed yet.</summary>
    private static bool IsAlive(int pid)
    {
        var stat = Read($"/proc/{pid}/stat");
        return stat.Length > 0 && !stat[(stat.LastIndexOf(')') + 1)..].TrimStart().StartsWith('Z');
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
