using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OrionPlatform.AppHost;

/// <summary>The signals a process is stopped with. Windows has none: there a process is ended at once.</summary>
internal static partial class Signals
{
    private const int Terminate = 15;
    private const int Kill = 9;

    public static void AskToStop(int pid) => Send(pid, Terminate);

    public static void End(int pid) => Send(pid, Kill);

    /// <summary>Ends every process of the group that <paramref name="leader"/> leads, if it leads one.</summary>
    public static void EndGroup(int leader)
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SendSignal(-leader, Kill);
        }
    }

    public static bool Exists(int pid) => OperatingSystem.IsWindows() ? OnWindows(pid, process => !process.HasExited) : SendSignal(pid, 0) == 0;

    /// <summary>Leaves the terminal's session, so that its Ctrl+C and hang-up do not reach this process.</summary>
    public static void LeaveSession()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = NewSession();
        }
    }

    private static void Send(int pid, int signal)
    {
        if (OperatingSystem.IsWindows())
        {
            OnWindows(pid, process =>
            {
                process.Kill(entireProcessTree: true);
                return true;
            });
        }
        else
        {
            // An error means that the process has ended already, which is what was wanted.
            _ = SendSignal(pid, signal);
        }
    }

    private static bool OnWindows(int pid, Func<Process, bool> action)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return action(process);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NewSession();
}
