using System.ComponentModel;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;

namespace OrionPlatform.NodeAgent;

/// <summary>
/// Where workloads outlive a killed agent, a process of its own watches over it by a pipe that only the agent holds: when the pipe breaks
/// without a word, and no other agent takes the folder within the grace, it ends what the agent left behind. Unlike a pid, a pipe cannot
/// come to mean another process. Of several guards whose agents were killed one after the other, the last one decides: the grace of its
/// agent's workloads is not over when that of an earlier one is.
/// </summary>
internal sealed class OrphanGuard(
    IWorkloadProcesses system,
    WorkloadFolder folder,
    IOptions<AgentOptions> options,
    TimeProvider time,
    ILogger<OrphanGuard> log) : IDisposable
{
    /// <summary>The first argument that makes this program a guard; folder and grace follow.</summary>
    public const string Verb = "guard";

    // What starts while the rest is ended is ended by the next one; what cannot be killed must not keep the guard for ever.
    private const int MaxAttempts = 3;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_leave = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan s_stopGrace = TimeSpan.FromSeconds(3);
    private AnonymousPipeServerStream? _pipe;
    private int _pid;

    /// <summary>Starts the guard. Call it before anything is started or taken over.</summary>
    public void Start()
    {
        if (File.Exists(folder.GuardFile))
        {
            if (File.ReadAllText(folder.GuardFile) is { Length: > 0 } said)
            {
                log.LogWarning("The guard of an earlier agent says: {Said}", said.TrimEnd());
            }

            File.Delete(folder.GuardFile);
        }

        StartProcess();
    }

    /// <summary>Keeps a guard there until the agent stops.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(s_look, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            if (system.OutliveTheAgent && (_pid == 0 || system.ExitCode(_pid) is not null))
            {
                log.LogWarning("The guard of this agent's workloads is not there; starting it.");
                await system.ReleaseAsync(_pid);
                StartProcess();
            }
        }
    }

    /// <summary>The agent ends, and nothing of it is left: the guard may go.</summary>
    public async Task DismissAsync()
    {
        if (_pipe is null)
        {
            return;
        }

        try
        {
            _pipe.WriteByte(1);
        }
        catch (IOException)
        {
            // It is gone already.
        }

        var began = time.GetTimestamp();
        while (system.ExitCode(_pid) is null && time.GetElapsedTime(began) < s_leave)
        {
            await Task.Delay(s_poll, time);
        }
    }

    public void Dispose() => _pipe?.Dispose();

    /// <summary>The guard itself: reads the pipe to its end.</summary>
    public static async Task<int> GuardAsync(IWorkloadProcesses system, string root, TimeSpan grace)
    {
        // Whoever ends an agent's whole tree asks the guard too; it goes when the agent has.
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, s => s.Cancel = true);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, s => s.Cancel = true);
        var self = new LastGuard(Guid.NewGuid());
        var isNamed = TryName(root, self);
        using (var agent = Console.OpenStandardInput())
        {
            if (agent.ReadByte() >= 0)
            {
                return 0;
            }
        }

        await Task.Delay(grace);

        // A folder that was deleted meanwhile had workloads all the same, and is not left behind once more.
        var deleted = !Directory.Exists(root);

        // The agents that came after its own have guards of their own, also where the last of them has been killed just now.
        if (!deleted && isNamed && StateFiles.Read<LastGuard>(WorkloadFolder.LastGuardFile(root)) is { } last && last != self)
        {
            return 0;
        }

        // Another agent that holds the folder has taken over what runs.
        using var folder = WorkloadFolder.TryTake(root);
        if (folder is null)
        {
            return 0;
        }

        // The records stay: an agent that comes later starts again what the platform still wants.
        var killer = new WorkloadKiller(system, TimeProvider.System);
        for (var attempt = 0; attempt < MaxAttempts && system.Find(folder) is { Count: > 0 } left; attempt++)
        {
            var workloads = left.DistinctBy(p => p.AllocationId).Count();
            var what = $"{left.Count} processes of {workloads} workloads";
            Console.WriteLine($"{DateTimeOffset.UtcNow:u} No agent came back within {grace}; ending {what}.");
            await killer.KillAsync(left, s_stopGrace);
        }

        if (deleted)
        {
            Directory.Delete(root, recursive: true);
        }

        return 0;
    }

    private static bool TryName(string root, LastGuard self)
    {
        try
        {
            StateFiles.Write(WorkloadFolder.LastGuardFile(root), self);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder was deleted, or its disk is full. It goes by its own grace alone, then: too early is better than never.
            return false;
        }
    }

    private void StartProcess()
    {
        _pipe?.Dispose();
        _pipe = null;
        _pid = 0;
        if (!system.OutliveTheAgent)
        {
            return;
        }

        // Neither end is inherited: the guard gets its own by the call that starts it, and no workload holds the agent's.
        var pipe = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        try
        {
            (_pid, _) = system.Start(Command(pipe.ClientSafePipeHandle));
            pipe.DisposeLocalCopyOfClientHandle();
            _pipe = pipe;
        }
        catch (Win32Exception e)
        {
            pipe.Dispose();
            log.LogError(e, "Could not start the guard: should this agent be killed, its workloads run on until another one starts.");
        }
    }

    private WorkloadCommand Command(SafeHandle input)
    {
        var environment = ProgramEnvironment.For(system);
        environment["DOTNET_gcServer"] = "0";
        environment["DOTNET_gcConcurrent"] = "0";
        environment["DOTNET_GCHeapHardLimit"] = "0x4000000";
        environment["DOTNET_TieredPGO"] = "0";
        environment["DOTNET_EnableDiagnostics"] = "0";

        // Started as `dotnet X.dll` or as a program of its own.
        var program = Environment.ProcessPath!;
        string[] assembly = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(OrphanGuard).Assembly.Location] : [];
        string[] arguments = [.. assembly, Verb, folder.Root, options.Value.OrphanGrace.ToString("c")];
        return new WorkloadCommand(program, arguments, environment, folder.GuardFile, input);
    }

    private sealed record LastGuard(Guid Id);
}
