using System.Globalization;
using System.Text;

namespace OrionPlatform.NodeAgent;

/// <summary>A process as <c>/proc</c> shows it.</summary>
/// <param name="Pid">Process id.</param>
/// <param name="Parent">Its parent's.</param>
/// <param name="StartTicks">When it started, in clock ticks since boot: with the pid it names one process for ever.</param>
/// <param name="AllocationId">The allocation it runs for.</param>
internal sealed record MarkedProcess(int Pid, int Parent, long StartTicks, string AllocationId);

/// <summary>Finds the processes of this agent's workloads by the marks in their environment: the truth, whatever the records say.</summary>
internal static class ProcFs
{
    /// <summary>Environment variable with the allocation's id.</summary>
    public const string AllocationMark = "ORION_ALLOCATION_ID";

    /// <summary>Environment variable with the state folder of the agent that started it.</summary>
    public const string AgentMark = "ORION_AGENT_STATE";

    /// <summary>All live processes that this agent, or an earlier life of it, started; their descendants too, which inherit the marks.</summary>
    public static IReadOnlyList<MarkedProcess> Find(string stateDirectory) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? Look(pid, stateDirectory) : null)
            .OfType<MarkedProcess>()];

    /// <summary>Whether that very process still runs. A zombie has ended.</summary>
    public static bool IsAlive(int pid, long startTicks) => Stat(pid) is { State: not ('Z' or 'X') } stat && stat.StartTicks == startTicks;

    /// <summary>The start time of a live process; null when there is none.</summary>
    public static long? StartTicks(int pid) => Stat(pid)?.StartTicks;

    private static MarkedProcess? Look(int pid, string stateDirectory)
    {
        if (ReadText($"/proc/{pid}/environ") is not { Length: > 0 } environment)
        {
            return null;
        }

        var entries = environment.Split('\0');
        var allocation = entries.FirstOrDefault(e => e.StartsWith(AllocationMark + "=", StringComparison.Ordinal))?[(AllocationMark.Length + 1)..];
        return allocation is not null && entries.Contains($"{AgentMark}={stateDirectory}") && Stat(pid) is { State: not ('Z' or 'X') } stat
            ? new MarkedProcess(pid, stat.Parent, stat.StartTicks, allocation)
            : null;
    }

    private static (char State, int Parent, long StartTicks)? Stat(int pid)
    {
        // The command's name is in parentheses and may hold anything, parentheses too.
        if (ReadText($"/proc/{pid}/stat") is not { } text || text.LastIndexOf(") ", StringComparison.Ordinal) is var end && end < 0)
        {
            return null;
        }

        var fields = text[(end + 2)..].Split(' ');
        return fields.Length > 19
            ? (fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture), long.Parse(fields[19], CultureInfo.InvariantCulture))
            : null;
    }

    private static string? ReadText(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone meanwhile, or another user's.
            return null;
        }
    }
}
