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

    public static bool Exists(int pid)
    {
        if (OperatingSystem.IsWindows())
        {
            return FindOnWindows(pid)?.Dispose(p => !p.HasExited) ?? false;
        }

        return SendSignal(pid, 0) == 0;
    }

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
            FindOnWindows(pid)?.Dispose(p =>
            {
                p.Kill(entireProcessTree: true);
                return true;
            });
        }
        else
        {
            // An error means that the process has ended already, which is what was wanted.
            _ = SendSignal(pid, signal);
        }
    }

    private static System.Diagnostics.Process? FindOnWindows(int pid)
    {
        try
        {
            return System.Diagnostics.Process.GetProcessById(pid);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool Dispose(this System.Diagnostics.Process process, Func<System.Diagnostics.Process, bool> after)
    {
        using (process)
        {
            return after(process);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NewSession();
}
