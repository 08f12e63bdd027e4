using System.Collections.Concurrent;
using System.Runtime.Versioning;

namespace OrionPlatform.NodeAgent;

/// <summary>
/// A Unix without /proc, such as macOS: a workload leads a session and a process group of its own, and is found again by its record. Start
/// times are in milliseconds since 1970. A pid is not given away while its process group has a member, so a group can be ended after its
/// leader.
/// </summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
internal class UnixProcesses : IWorkloadProcesses
{
    // Children that have ended and were reaped. Bounded by the workloads: an entry leaves when its workload is let go of.
    private readonly ConcurrentDictionary<int, int> _exitCodes = new();

    public virtual IReadOnlyList<string> Limits { get; } =
    [
        "A process that leaves its workload's process group is not ended with it.",
        "A workload that was started in the instant before its agent was killed, and is not on record yet, is not found again.",
    ];

    public bool OutliveTheAgent => true;

    public IReadOnlyList<string> PassedOn { get; } = ["PATH", "TMPDIR", "DOTNET_ROOT"];

    public (int Pid, long StartTime) Start(WorkloadCommand command)
    {
        var pid = Native.Spawn(command);
        _exitCodes.TryRemove(pid, out _);
        return (pid, StartTime(pid) ?? 0);
    }

    public int? ExitCode(int pid)
    {
        if (Native.Reap(pid) is { } code)
        {
            _exitCodes[pid] = code;
        }

        return _exitCodes.TryGetValue(pid, out var known) ? known : null;
    }

    public Task ReleaseAsync(int pid)
    {
        _ = Native.Reap(pid);
        _exitCodes.TryRemove(pid, out _);
        return Task.CompletedTask;
    }

    public virtual bool IsAlive(int pid, long startTime) => ExitCode(pid) is null && PortableProcesses.IsSame(StartTime(pid), startTime);

    public virtual IReadOnlyList<MarkedProcess> Find(WorkloadFolder folder) =>
        [.. folder.Records().Where(r => IsAlive(r.Pid, r.StartTime)).Select(r => new MarkedProcess(r.Pid, 0, r.StartTime, r.AllocationId))];

    public virtual bool AskToEnd(MarkedProcess process)
    {
        if (IsAlive(process.Pid, process.StartTime))
        {
            Native.Kill(process.Pid, Native.SigTerm);
        }

        return true;
    }

    public virtual void Kill(MarkedProcess process)
    {
        var now = StartTime(process.Pid);
        if (now is null || PortableProcesses.IsSame(now, process.StartTime))
        {
            Native.KillGroup(process.Pid, Native.SigKill);
        }
    }

    /// <summary>The start time of the process that has this pid; null when there is none.</summary>
    protected virtual long? StartTime(int pid) => PortableProcesses.StartTimeOf(pid);
}
