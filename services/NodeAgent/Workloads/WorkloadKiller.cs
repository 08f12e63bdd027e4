namespace OrionPlatform.NodeAgent;

/// <summary>Ends processes: SIGTERM to the outermost, SIGKILL to whatever is left.</summary>
internal sealed class WorkloadKiller(TimeProvider time)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan s_afterKill = TimeSpan.FromSeconds(5);

    /// <summary>Returns when none of them is left; a process that even SIGKILL does not end (stuck in the kernel) is given up after 5 s.</summary>
    public async Task KillAsync(IReadOnlyList<MarkedProcess> processes, TimeSpan grace)
    {
        if (grace > TimeSpan.Zero)
        {
            foreach (var outermost in processes.Where(p => processes.All(q => q.Pid != p.Parent)))
            {
                Signal(outermost, Native.SigTerm);
            }

            await AllGoneAsync(processes, grace);
        }

        foreach (var left in processes)
        {
            Signal(left, Native.SigKill);
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

    private static void Signal(MarkedProcess process, int signal)
    {
        if (ProcFs.IsAlive(process.Pid, process.StartTicks))
        {
            Native.Kill(process.Pid, signal);
        }
    }

    private async Task AllGoneAsync(IReadOnlyList<MarkedProcess> processes, TimeSpan within)
    {
        var began = time.GetTimestamp();
        while (processes.Any(p => ProcFs.IsAlive(p.Pid, p.StartTicks)) && time.GetElapsedTime(began) < within)
        {
            await Task.Delay(s_poll, time);
        }
    }
}
