using System.Diagnostics;

namespace OrionPlatform.Services.Tests;

/// <summary>The processes that really run for an allocation, as /proc shows them.</summary>
internal static class WorkloadProcesses
{
    public static IReadOnlyList<int> Of(string allocationId) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && Read($"/proc/{pid}/environ").Contains("ORION_ALLOCATION_ID=" + allocationId + "\0", StringComparison.Ordinal))
            .Where(pid => Read($"/proc/{pid}/stat") is var stat && !stat[(stat.LastIndexOf(')') + 1)..].TrimStart().StartsWith('Z'))];

    public static string Environment(int pid) => Read($"/proc/{pid}/environ");

    public static void Kill(string allocationId)
    {
        foreach (var pid in Of(allocationId))
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
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
