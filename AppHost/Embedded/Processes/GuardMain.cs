using System.Globalization;
using System.Runtime.InteropServices;

namespace OrionPlatform.AppHost;

/// <summary>What the guard process does: AppHost's own program, started with a hidden argument.</summary>
internal static class GuardMain
{
    public const string Argument = "--guard-a-run";
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);

    /// <summary>In a guard process, does its work and ends; in any other, returns at once.</summary>
    public static void TakeOverIfAsked()
    {
        if (Environment.GetCommandLineArgs() is [_, Argument, var runId, var dataFolder])
        {
            Run(runId, dataFolder);
            Environment.Exit(0);
        }
    }

    private static void Run(string runId, string dataFolder)
    {
        Signals.LeaveSession();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ignore);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ignore);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Ignore);
        using var mine = dataFolder.Length > 0 ? FileLock.Wait(DataFolder.GuardLock(dataFolder), s_grace) : null;
        RunProcesses.Stop(runId, ReadUntilAppHostEnds(), s_grace);
    }

    // A guard that could be stopped by the same signal as AppHost would guard nothing; it ends with the pipe.
    private static void Ignore(PosixSignalContext context) => context.Cancel = true;

    // In the order of their start. Bounded by the number of replicas; a process leaves when it has ended.
    private static List<int> ReadUntilAppHostEnds()
    {
        var registered = new List<int>();
        while (Console.In.ReadLine() is { Length: > 1 } line)
        {
            var pid = int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture);
            registered.Remove(pid);
            if (line[0] == '+')
            {
                registered.Add(pid);
            }
        }

        return registered;
    }
}
