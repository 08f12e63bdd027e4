using System.Diagnostics;

namespace OrionPlatform.AppHost;

/// <summary>What to start.</summary>
internal sealed record Launch(string Program, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyDictionary<string, string> Environment);

/// <summary>One running process.</summary>
internal sealed class ChildProcess : IDisposable
{
    // Leads a new session where it can, so that the terminal's Ctrl+C reaches AppHost alone, which then stops processes in order.
    // setsid(1) of util-linux replaces itself by the program: the process id stays.
    private static readonly string? s_setsid = OperatingSystem.IsLinux() ? Command.Find("setsid", "/") : null;
    private static readonly string[] s_notInherited = ["ASPNETCORE_URLS", "DOTNET_LAUNCH_PROFILE", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "ASPIRE_LOGLEVEL"];
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);
    private readonly Process _process;
    private readonly Task _output;
    private readonly Task _exit;

    private ChildProcess(Process process, Action<string> line)
    {
        _process = process;
        Id = process.Id;
        _exit = process.WaitForExitAsync();
        _output = Task.WhenAll(OutputLines.ReadAsync(process.StandardOutput, line), OutputLines.ReadAsync(process.StandardError, line));
    }

    public int Id { get; }

    /// <exception cref="DistributedApplicationException">The program cannot be started.</exception>
    public static ChildProcess Start(string name, Launch launch, Action<string> line)
    {
        var start = new ProcessStartInfo(s_setsid ?? launch.Program)
        {
            WorkingDirectory = launch.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in s_setsid is null ? launch.Arguments : [launch.Program, .. launch.Arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var variable in s_notInherited)
        {
            start.Environment.Remove(variable);
        }

        foreach (var (variable, value) in launch.Environment)
        {
            start.Environment[variable] = value;
        }

        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return new ChildProcess(process, line);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new DistributedApplicationException($"Resource '{name}' could not be started with {launch.Program} in {launch.WorkingDirectory}: {e.Message}.", e);
        }
    }

    /// <summary>Waits for the end; what it still had to say is shown first.</summary>
    /// <returns>Exit code; 128 + n for a signal n.</returns>
    public async Task<int> ExitAsync()
    {
        await _exit;
        // A descendant may hold the pipe open for as long as it likes; it is not waited for.
        await Task.WhenAny(_output, Task.Delay(s_lastWords));
        return _process.ExitCode;
    }

    /// <summary>SIGTERM, then after the grace, or when there is a hurry, the whole tree is killed.</summary>
    /// <returns>Whether it stopped by itself.</returns>
    public async Task<bool> StopAsync(TimeSpan grace, CancellationToken hurry)
    {
        try
        {
            if (!_exit.IsCompleted)
            {
                Signals.AskToStop(Id);
            }

            await _exit.WaitAsync(grace, hurry);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            Signals.EndGroup(Id);
            await _exit;
            return false;
        }
    }

    public void Dispose() => _process.Dispose();
}
