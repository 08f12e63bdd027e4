using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OrionPlatform.LoadTests;

/// <summary>Ends processes politely, and hears when this one is to end.</summary>
internal static class Termination
{
    private const int SigTerm = 15;

    /// <summary>Asks a process to stop: SIGTERM where there is such a thing, else it is killed with its children.</summary>
    public static void Request(Process process)
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

    /// <summary>Runs <paramref name="stop"/> and ends the program with <paramref name="exitCode"/> on Ctrl+C or SIGTERM, whatever still runs.</summary>
    public static IDisposable On(int exitCode, Func<Task> stop)
    {
        var signals = new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop().GetAwaiter().GetResult();
            Environment.Exit(exitCode);
        })).ToList();
        return new Registrations(signals);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);

    private sealed class Registrations(IReadOnlyList<PosixSignalRegistration> signals) : IDisposable
    {
        public void Dispose()
        {
            foreach (var signal in signals)
            {
                signal.Dispose();
            }
        }
    }
}
