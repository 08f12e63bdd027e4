using System.Diagnostics;

namespace OrionPlatform.Tests;

/// <summary>A process of another program, which does nothing until it is killed.</summary>
internal static class IdleProcess
{
    public static Process Start()
    {
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo("ping", ["-n", "600", "127.0.0.1"]) : new ProcessStartInfo("sleep", ["600"]);
        start.UseShellExecute = false;
        start.RedirectStandardOutput = true;
        return Process.Start(start)!;
    }
}
