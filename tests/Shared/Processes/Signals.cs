using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OrionPlatform.Tests;

/// <summary>The one place from which tests signal other processes.</summary>
internal static class Signals
{
    private const int SigTerm = 15;

    // Linux's numbers.
    private const int SigCont = 18;
    private const int SigStop = 19;

    /// <summary>Asks a process to stop: SIGTERM. Windows has nothing like it for others; there it is killed with its children.</summary>
    public static void AskToStop(Process process)
    {
        if (process.HasExited)
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            process.Kill(entireProcessTree: true);
        }
        else
        {
            _ = Kill(process.Id, SigTerm);
        }
    }

    /// <summary>Makes a process stand still: SIGSTOP. On Linux only. Some of its threads may go on for a moment.</summary>
    public static void Pause(Process process) => Send(process, SigStop);

    /// <summary>Lets a process that stands still go on: SIGCONT. On Linux only.</summary>
    public static void Continue(Process process) => Send(process, SigCont);

    private static void Send(Process process, int signal)
    {
        if (!process.HasExited)
        {
            _ = Kill(process.Id, signal);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
