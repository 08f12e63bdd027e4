using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace OrionPlatform.Sleeper;

/// <summary>The sample's workload: says whose it is, waits until it is asked to end, says goodbye.</summary>
internal static class Program
{
    public static void Main()
    {
        using var asked = new ManualResetEvent(false);
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            asked.Set();
        }

        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var output = Output();
        Say(output, $"{Variable("ORION_ALLOCATION_ID")} has {Variable("ORION_SLOTS")} slots of {Variable("ORION_RUNTIME")}.\n");
        asked.WaitOne();
        Say(output, $"{Variable("ORION_ALLOCATION_ID")} says goodbye.\n");
    }

    // System.Console would be a third of this program's whole start.
    private static Stream Output() => OperatingSystem.IsWindows()
        ? Console.OpenStandardOutput()
        : new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);

    private static void Say(Stream output, string line) => output.Write(Encoding.UTF8.GetBytes(line));

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "?";
}
