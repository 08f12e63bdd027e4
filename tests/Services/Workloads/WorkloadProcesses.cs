using System.Diagnostics;
using OrionPlatform.NodeAgent;

namespace OrionPlatform.Services.Tests;

/// <summary>The processes that really run for an allocation, as /proc shows them; and what the tests start themselves.</summary>
internal static class WorkloadProcesses
{
    private const string AllocationMark = "ORION_ALLOCATION_ID=";

    /// <summary>The sample's workload.</summary>
    public static string Sleeper { get; } = ProgramEnvironment.Resolve("OrionPlatform.Sleeper");

    public static IReadOnlyList<int> Of(string allocationId) =>
        [.. Live().Where(pid => Environment(pid).Contains("ORION_ALLOCATION_ID=" + allocationId + "\0", StringComparison.Ordinal))];

    /// <summary>
    /// The allocations of the workloads of agents whose state is in that folder, each as often as it has a process.
    /// </summary>
    public static IReadOnlyList<string> AllocationsIn(string folder) =>
    [
        .. Live().Select(pid => Environment(pid).Split('\0'))
            .Where(e => Array.Exists(e, v => v.StartsWith("ORION_AGENT_STATE=" + folder + "/", StringComparison.Ordinal)))
            .Select(e => Array.Find(e, v => v.StartsWith(AllocationMark, StringComparison.Ordinal))).OfType<string>()
            .Select(v => v[AllocationMark.Length..]),
    ];

    /// <summary>
    /// Settings of an agent with a runtime whose processes each write their allocation into a file, once, when they start, and then wait.
    /// </summary>
    public static string[] CountedRuntime(string name, string file) =>
    [
        $"--Orion:Agent:Runtimes:{name}:Command=/bin/sh", $"--Orion:Agent:Runtimes:{name}:Arguments:0=-c",
        $"--Orion:Agent:Runtimes:{name}:Arguments:1=echo \"$ORION_ALLOCATION_ID\" >> '{file}'; exec sleep 100000",
    ];

    /// <summary>The guards of the agents of that state folder.</summary>
    public static IReadOnlyList<int> GuardsOf(string state) =>
        [.. Live().Where(pid => Read($"/proc/{pid}/cmdline").Contains($"\0{OrphanGuard.Verb}\0{state}\0", StringComparison.Ordinal))];

    public static string Environment(int pid) => Read($"/proc/{pid}/environ");

    /// <summary>A zombie does not live.</summary>
    public static bool IsLive(int pid) =>
        Read($"/proc/{pid}/stat") is { Length: > 0 } stat && !stat[(stat.LastIndexOf(')') + 1)..].TrimStart().StartsWith('Z');

    /// <summary>Whether all threads of a process were stopped.</summary>
    public static bool IsStill(int pid) => Directory.EnumerateDirectories($"/proc/{pid}/task")
        .Select(thread => Read(Path.Combine(thread, "stat")))
        .All(stat => stat.Length == 0 || stat[stat.LastIndexOf(')')..].StartsWith(") T", StringComparison.Ordinal));

    public static void Kill(string allocationId)
    {
        foreach (var pid in Of(allocationId))
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
    }

    private static IEnumerable<int> Live() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0).Where(pid => pid > 0 && IsLive(pid));

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
