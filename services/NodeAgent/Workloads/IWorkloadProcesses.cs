using System.Runtime.InteropServices;

namespace OrionPlatform.NodeAgent;

/// <summary>What to start: no shell, that environment and no other, both outputs into one file.</summary>
/// <param name="Program">A path, or a name that is looked up in PATH.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Environment">Its whole environment.</param>
/// <param name="OutputFile">What it says is appended here; the agent may empty the file meanwhile.</param>
/// <param name="Input">Its standard input, where processes outlive the agent; nothing when null.</param>
internal sealed record WorkloadCommand(
    string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string OutputFile,
    SafeHandle? Input = null);

/// <summary>A process that runs for an allocation.</summary>
/// <param name="Pid">Process id.</param>
/// <param name="Parent">Its parent's; 0 where the system does not tell.</param>
/// <param name="StartTime">When it started, as this system counts: with the pid it names one process for ever.</param>
/// <param name="AllocationId">The allocation it runs for.</param>
internal sealed record MarkedProcess(int Pid, int Parent, long StartTime, string AllocationId);

/// <summary>Processes as this operating system has them; all that differs by system is behind this.</summary>
internal interface IWorkloadProcesses
{
    /// <summary>Environment variable with the allocation's id.</summary>
    const string AllocationMark = "ORION_ALLOCATION_ID";

    /// <summary>Environment variable with the state folder of the agent that started it.</summary>
    const string AgentMark = "ORION_AGENT_STATE";

    /// <summary>What this system cannot do, a sentence each.</summary>
    IReadOnlyList<string> Limits { get; }

    /// <summary>Whether workloads live on when the agent is killed: then somebody has to end them if no other agent comes.</summary>
    bool OutliveTheAgent { get; }

    /// <summary>Environment variables that a program needs here and that say nothing of the agent.</summary>
    IReadOnlyList<string> PassedOn { get; }

    /// <summary>Starts a program; returns its pid and start time.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    (int Pid, long StartTime) Start(WorkloadCommand command);

    /// <summary>The exit code of a process that this agent started; null while it runs, and when an earlier life started it.</summary>
    int? ExitCode(int pid);

    /// <summary>Lets go of a process that has ended. What it said is in its file then.</summary>
    Task ReleaseAsync(int pid);

    /// <summary>Whether that very process still runs.</summary>
    bool IsAlive(int pid, long startTime);

    /// <summary>All live processes that the agents of that folder started, and their descendants where the system can tell.</summary>
    IReadOnlyList<MarkedProcess> Find(WorkloadFolder folder);

    /// <summary>Asks a process to end; false where a process cannot be asked.</summary>
    bool AskToEnd(MarkedProcess process);

    /// <summary>Ends a process, and its descendants where the system can tell. Another one that has its pid now is left alone.</summary>
    void Kill(MarkedProcess process);
}
