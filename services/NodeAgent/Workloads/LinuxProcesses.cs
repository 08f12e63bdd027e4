using System.Globalization;
using System.Runtime.Versioning;
using System.Text;

namespace OrionPlatform.NodeAgent;

/// <summary>
/// Linux: processes are found by the marks in their environment, as <c>/proc</c> shows it. That is the truth, whatever the records say,
/// and descendants inherit the marks. Start times are in clock ticks since boot.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxProcesses : UnixProcesses
{
    public override IReadOnlyList<string> Limits => [];

    public override IReadOnlyList<MarkedProcess> Find(WorkloadFolder folder) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Select(pid => pid > 0 ? Look(pid, folder.Root) : null)
            .OfType<MarkedProcess>()];

    /// <summary>A zombie has ended.</summary>
    public override bool IsAlive(int pid, long startTime) => Stat(pid) is { State: not ('Z' or 'X') } stat && stat.StartTime == startTime;

    public override bool AskToEnd(MarkedProcess process)
    {
        Signal(process, Native.SigTerm);
        return true;
    }

    public override void Kill(MarkedProcess process)
    {
        Signal(process, Native.SigKill);

        // A descendant that shows no marks (it was given another environment, or is in the middle of exec) is not found by them: its group
        // has it. A pid is not given away while its group has a member, so the group is the workload's when nobody else has the pid.
        if (Stat(process.Pid) is not { } stat || stat.StartTime == process.StartTime)
        {
            Native.KillGroup(process.Pid, Native.SigKill);
        }
    }

    // A child that has ended already is a zombie until it is reaped, so its start time can still be read.
    protected override long? StartTime(int pid) => Stat(pid)?.StartTime;

    private void Signal(MarkedProcess process, int signal)
    {
        if (IsAlive(process.Pid, process.StartTime))
        {
            Native.Kill(process.Pid, signal);
        }
    }

    private static MarkedProcess? Look(int pid, string stateDirectory)
    {
        if (ReadText($"/proc/{pid}/environ") is not { Length: > 0 } environment)
        {
            return null;
        }

        var entries = environment.Split('\0');
        var mark = IWorkloadProcesses.AllocationMark + "=";
        var allocation = entries.FirstOrDefault(e => e.StartsWith(mark, StringComparison.Ordinal))?[mark.Length..];
        return allocation is not null && entries.Contains($"{IWorkloadProcesses.AgentMark}={stateDirectory}")
            && Stat(pid) is { State: not ('Z' or 'X') } stat
            ? new MarkedProcess(pid, stat.Parent, stat.StartTime, allocation)
            : null;
    }

    private static (char State, int Parent, long StartTime)? Stat(int pid)
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
