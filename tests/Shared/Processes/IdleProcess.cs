using System.Diagnostics;

namespace OrionPlatform.Tests;

/// <summary>A process of another program, which does nothing until it is killed.</summary>
internal static class IdleProcess
{
    public static Process Start()
    {
        var (program, arguments) = OperatingSystem.IsWindows() ? ("ping", new[] { "-n", "600", "127.0.0.1" }) : ("sleep", ["600"]);
        return Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
    }
}
