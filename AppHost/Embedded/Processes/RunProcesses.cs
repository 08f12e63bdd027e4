using System.Globalization;
using System.Text;

namespace OrionPlatform.AppHost;

/// <summary>Finds the processes of one run by the variable ORION_RUN_ID, which every descendant inherits. Linux only: elsewhere it finds none.</summary>
internal static class RunProcesses
{
    public const string Variable = "ORION_RUN_ID";

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
    /// <param name="registered">Processes known to belong to it, for systems that cannot be searched.</param>
    /// <param name="grace">Time between asking and ending.</param>
    /// <returns>How many there were.</returns>
    public static int Stop(string runId, IReadOnlyCollection<int> registered, TimeSpan grace)
    {
        IReadOnlyList<int> Alive() => OperatingSystem.IsLinux() ? Find(runId) : [.. registered.Where(Signals.Exists)];
        var found = Alive();
        foreach (var pid in found)
        {
            Signals.AskToStop(pid);
        }

        var deadline = Environment.TickCount64 + (long)grace.TotalMilliseconds;
        while (Environment.TickCount64 < deadline && Alive().Count > 0)
        {
            Thread.Sleep(50);
        }

        // A process may start another between the search and its own end; three rounds outlast any that does not do so on purpose.
        for (var round = 0; round < 3; round++)
        {
            foreach (var pid in Alive())
            {
                Signals.End(pid);
            }
        }

        return found.Count;
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
