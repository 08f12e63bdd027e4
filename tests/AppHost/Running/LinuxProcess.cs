using System.Globalization;

namespace OrionPlatform.AppHost.Tests;

/// <summary>Looks for processes by their environment.</summary>
internal static class LinuxProcess
{
    /// <summary>Every process that has the text in its environment.</summary>
    public static IReadOnlyList<int> With(string text) =>
        [.. Directory.EnumerateDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var pid) ? pid : 0).Where(pid => pid > 0 && Environment(pid).Contains(text, StringComparison.Ordinal))];

    /// <summary>Ctrl+C.</summary>
    public static void Interrupt(int pid)
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-INT", $"{pid}"]);
        kill.WaitForExit();
    }

    private static string Environment(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
