using System.Diagnostics;

namespace OrionPlatform.AppHost;

/// <summary>
/// This AppHost's side of the guard: a second process that outlives it, holds the other end of a pipe, and stops everything
/// of this run when the pipe closes, however AppHost ended.
/// </summary>
internal sealed class Guard : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly Lock _lock = new();
    private readonly Process _process;

    private Guard(Process process) => _process = process;

    public static Guard Start(string runId, string? dataFolder)
    {
        var start = new ProcessStartInfo(DotNet.Path) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])[OwnAssembly.Assembly.Location, GuardMain.Argument, runId, dataFolder ?? ""])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment.Remove(RunProcesses.Variable);
        return new Guard(Process.Start(start)!);
    }

    public void Watch(int pid) => Tell($"+{pid}");

    public void Forget(int pid) => Tell($"-{pid}");

    /// <summary>Lets the guard end; it first stops what this run has left over.</summary>
    public void Dispose()
    {
        Close();
        if (!_process.WaitForExit(s_patience))
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void Tell(string line)
    {
        lock (_lock)
        {
            try
            {
                _process.StandardInput.WriteLine(line);
                _process.StandardInput.Flush();
            }
            catch (IOException)
            {
                // Somebody killed the guard. The run id still finds every process at the next start.
            }
        }
    }

    private void Close()
    {
        lock (_lock)
        {
            try
            {
                _process.StandardInput.Close();
            }
            catch (IOException)
            {
                // The guard is gone already.
            }
        }
    }
}
