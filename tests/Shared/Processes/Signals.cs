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

    /// <summary>
    /// Makes a process stand still: SIGSTOP. On Linux only. When it returns, all its threads do: one that was waiting for the disk goes on
    /// until that has answered.
    /// </summary>
    public static Task PauseAsync(Process process)
    {
        Send(process, SigStop);
        return Eventually.TrueAsync(() => process.HasExited || ThreadsOf(process.Id).All(IsStill), "the process stands still");
    }

    /// <summary>Lets a process that stands still go on: SIGCONT. On Linux only.</summary>
    public static void Continue(Process process) => Send(process, SigCont);

    private static string[] ThreadsOf(int process)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{process}/task");
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static bool IsStill(string thread)
    {
        try
        {
            // The state follows the name, which is in parentheses and may hold any character.
            var stat = File.ReadAllText(Path.Combine(thread, "stat"));
            return stat[stat.LastIndexOf(')')..].StartsWith(") T", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It has ended.
            return true;
        }
    }

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
