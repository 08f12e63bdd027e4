using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OrionPlatform.Tests;

/// <summary>The one place from which tests signal other processes.</summary>
internal static class Signals
{
    private const int SigTerm = 15;

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

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
