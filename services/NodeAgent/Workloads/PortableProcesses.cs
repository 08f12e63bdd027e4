using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace OrionPlatform.NodeAgent;

/// <summary>
/// Windows, and whatever System.Diagnostics.Process can do: the agent itself copies what a workload says into its file. On Windows each
/// workload is in a job object, which ends it and its descendants together, and when the agent ends in whatever way.
/// </summary>
internal sealed class PortableProcesses : IWorkloadProcesses
{
    // The same start time is read back with rounding; no pid comes round again in that time.
    private const long SameWithinMilliseconds = 2000;
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);

    // Bounded by the workloads: an entry leaves when its workload is let go of.
    private readonly ConcurrentDictionary<int, Started> _started = new();

    public IReadOnlyList<string> Limits { get; } =
    [
        "A workload cannot be asked to end: it is ended at once, whatever its grace.",
        "Workloads end with the agent, however it ends; the platform has them started again when an agent is back.",
        "A process that a workload starts before it has been put into its job object is not ended with it.",
    ];

    public bool OutliveTheAgent => false;

    public IReadOnlyList<string> PassedOn { get; } =
    [
        "PATH", "PATHEXT", "SystemRoot", "SystemDrive", "ComSpec", "TEMP", "TMP", "USERPROFILE", "ProgramFiles", "ProgramData",
        "DOTNET_ROOT",
    ];

    /// <summary>When the process with that pid started, in milliseconds since 1970; null when there is none.</summary>
    public static long? StartTimeOf(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return StartTimeOf(process);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // None, another user's, or gone meanwhile.
            return null;
        }
    }

    public static bool IsSame(long? startTime, long recorded) =>
        startTime is { } time && Math.Abs(time - recorded) < SameWithinMilliseconds;

    public (int Pid, long StartTime) Start(WorkloadCommand command)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        var job = OperatingSystem.IsWindows() ? WindowsJob.Of(process) : null;
        process.StandardInput.Close();
        var startTime = StartTimeOf(process.Id) ?? 0;
        var allocationId = command.Environment.GetValueOrDefault(IWorkloadProcesses.AllocationMark, "");
        _started[process.Id] = new Started(process, startTime, allocationId, job, CopyAsync(process, command.OutputFile));
        return (process.Id, startTime);
    }

    public int? ExitCode(int pid) =>
        _started.TryGetValue(pid, out var started) && started.Process.HasExited ? started.Process.ExitCode : null;

    public async Task ReleaseAsync(int pid)
    {
        if (_started.TryRemove(pid, out var started))
        {
            // Descendants may hold the pipes open: with the job they end.
            started.Job?.Dispose();
            await Task.WhenAny(started.Copying, Task.Delay(s_lastWords));
            started.Process.Dispose();
        }
    }

    public bool IsAlive(int pid, long startTime) => ExitCode(pid) is null && IsSame(StartTimeOf(pid), startTime);

    public IReadOnlyList<MarkedProcess> Find(WorkloadFolder folder) =>
        [.. _started.Values.Where(s => !s.Process.HasExited).Select(s => new MarkedProcess(s.Process.Id, 0, s.StartTime, s.AllocationId))];

    public bool AskToEnd(MarkedProcess process) => false;

    public void Kill(MarkedProcess process)
    {
        if (!_started.TryGetValue(process.Pid, out var started) || !IsSame(started.StartTime, process.StartTime))
        {
            return;
        }

        if (started.Job is { } job)
        {
            job.Dispose();
        }
        else
        {
            started.Process.Kill(entireProcessTree: true);
        }
    }

    private static long StartTimeOf(Process process) => new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds();

    private static async Task CopyAsync(Process process, string outputFile)
    {
        using var file = File.OpenHandle(outputFile, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        using var one = new SemaphoreSlim(1);
        await Task.WhenAll(CopyAsync(process.StandardOutput.BaseStream, file, one), CopyAsync(process.StandardError.BaseStream, file, one));
    }

    private static async Task CopyAsync(Stream from, SafeFileHandle file, SemaphoreSlim one)
    {
        var buffer = new byte[4096];
        while (await from.ReadAsync(buffer) is var read and > 0)
        {
            await one.WaitAsync();
            try
            {
                // At the end as it is now: the agent empties the file from time to time.
                await RandomAccess.WriteAsync(file, buffer.AsMemory(0, read), RandomAccess.GetLength(file));
            }
            catch (IOException)
            {
                // The disk is full. What a workload says is best effort, and it must not wait for a pipe that nobody reads.
            }
            finally
            {
                one.Release();
            }
        }
    }

    private sealed record Started(Process Process, long StartTime, string AllocationId, WindowsJob? Job, Task Copying);
}
