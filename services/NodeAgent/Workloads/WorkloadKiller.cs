namespace OrionPlatform.NodeAgent;

/// <summary>Ends processes: asks the outermost, where the system can ask, and kills whatever is left.</summary>
internal sealed class WorkloadKiller(IWorkloadProcesses system, TimeProvider time)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan s_afterKill = TimeSpan.FromSeconds(5);

    /// <summary>None of them is left then; a process that cannot be killed (stuck in the kernel) is given up after 5 s.</summary>
    public async Task KillAsync(IReadOnlyList<MarkedProcess> processes, TimeSpan grace)
    {
        if (grace > TimeSpan.Zero
            && processes.Where(p => processes.All(q => q.Pid != p.Parent)).Select(system.AskToEnd).ToList().Contains(true))
        {
            await AllGoneAsync(processes, grace);
        }

        foreach (var left in processes)
        {
            system.Kill(left);
        }

        await AllGoneAsync(processes, s_afterKill);
    }

    /// <summary>Those that are neither that process nor its descendants.</summary>
    public static IEnumerable<MarkedProcess> NotUnder(int pid, IReadOnlyList<MarkedProcess> processes)
    {
        var under = new HashSet<int> { pid };
        while (processes.Any(p => under.Contains(p.Parent) && under.Add(p.Pid)))
        {
            // Each pass adds one more generation.
        }

        return processes.Where(p => !under.Contains(p.Pid));
    }

    private async Task AllGoneAsync(IReadOnlyList<MarkedProcess> processes, TimeSpan within)
    {
        var began = time.GetTimestamp();
        while (processes.Any(p => system.IsAlive(p.Pid, p.StartTime)) && time.GetElapsedTime(began) < within)
        {
            await Task.Delay(s_poll, time);
        }
    }
}
