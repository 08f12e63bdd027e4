using System.Runtime.InteropServices;

namespace OrionPlatform.LoadTests;

/// <summary>Hears when this program is to end.</summary>
internal static class Termination
{
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
