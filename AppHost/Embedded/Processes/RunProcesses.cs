using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace OrionPlatform.AppHost;

/// <summary>Finds the processes of one run by the variable ORION_RUN_ID, which every descendant inherits. Linux only: elsewhere it finds none.</summary>
internal static class RunProcesses
{
    public const string Variable = "ORION_RUN_ID";
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    public static IReadOnlyList<int> Find(string runId)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        var wanted = Encoding.UTF8.GetBytes($"{Variable}={runId}\0");
        return [.. Directory.EnumerateDirectories("/proc").Select(Pid).Where(pid => pid > 0 && pid != Environment.ProcessId && Has(pid, wanted))];
    }

    /// <summary>Asks the processes of a run to stop and ends those that have not after the grace; also any that were started meanwhile.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="registered">Its services in the order of their start; the last is asked first, since what starts later may need what started earlier.</param>
    /// <param name="grace">Time between asking and ending.</param>
    /// <returns>How many there were.</returns>
    public static int Stop(string runId, IReadOnlyList<int> registered, TimeSpan grace)
    {
        var clock = Stopwatch.StartNew();
        var found = Alive(runId, registered);
        foreach (var pid in registered.Reverse().Where(found.Contains))
        {
            Signals.AskToStop(pid);
            WaitWhile(() => Alive(runId, registered).Contains(pid), clock, grace / 2);
        }

        foreach (var pid in Alive(runId, registered))
        {
            Signals.AskToStop(pid);
        }

        WaitWhile(() => Alive(runId, registered).Count > 0, clock, grace);

        // A process may start another between the search and its own end; three rounds outlast any that does not do so on purpose.
        for (var round = 0; round < 3; round++)
        {
            foreach (var pid in Alive(runId, registered))
            {
                Signals.End(pid);
            }
        }

        return found.Count;
    }

    private static IReadOnlyList<int> Alive(string runId, IReadOnlyList<int> registered) =>
        OperatingSystem.IsLinux() ? Find(runId) : [.. registered.Where(Signals.Exists)];

    private static void WaitWhile(Func<bool> condition, Stopwatch clock, TimeSpan until)
    {
        while (clock.Elapsed < until && condition())
        {
            Thread.Sleep(s_look);
        }
    }

    private static int Pid(string folder) => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0;

    private static bool Has(int pid, byte[] variable)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{pid}/environ").AsSpan().IndexOf(variable) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
