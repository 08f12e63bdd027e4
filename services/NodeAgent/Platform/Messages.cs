using Orion.Telemetry.Propagation;

namespace OrionPlatform.NodeAgent;

/// <summary>What the agent offers.</summary>
internal sealed record RegisterMessage(string Name, int Slots, IReadOnlyCollection<string> Runtimes);

/// <summary>What registration answers. The secret is given this once.</summary>
internal sealed record Credential(string NodeId, string NodeSecret);

/// <summary>
/// A sign of life: what the agent offers and runs, how its process fares, and what has become of the telemetry that it sent.
/// </summary>
internal sealed record HeartbeatMessage(
    string Name, int Slots, IReadOnlyCollection<string> Runtimes, IReadOnlyCollection<string> Running, ProcessFigures Process,
    IReadOnlyList<ExportFigures> Exports);

/// <summary>The account of one kind of telemetry since the process started.</summary>
internal sealed record ExportFigures(string Stream, long Produced, long Delivered, long Failed, long Overflowed);

/// <summary>The agent's process.</summary>
internal sealed record ProcessFigures(
    string Worker, string Host, int Pid, DateTimeOffset StartedAt, int IntervalSeconds, int PoolThreads, long PoolQueue,
    double MemoryAllocMb, double MemoryCommittedMb, int GcCount, double GcPauseMs, double LagP50Ms, double LagP99Ms, double LagMaxMs,
    double Utilization);

/// <summary>What the platform makes of it.</summary>
/// <param name="Run">Active allocations of this node that it said it does not run.</param>
/// <param name="Stop">Allocations it said it runs that are not its own, or no longer.</param>
internal sealed record HeartbeatAnswer(IReadOnlyList<WorkloadSpec> Run, IReadOnlyList<string> Stop);

/// <summary>A workload to be run.</summary>
internal record WorkloadSpec(string AllocationId, string Runtime, int Slots, string Tenant, string? TraceParent, string? CorrelationId);

/// <summary>Asks for tasks.</summary>
/// <param name="Max">At most this many.</param>
/// <param name="WaitSeconds">How long to wait for the first.</param>
/// <param name="Holding">Tasks in progress here; a lease on any other was lost on its way and is handed out again.</param>
internal sealed record ClaimMessage(int Max, int WaitSeconds, IReadOnlyCollection<string> Holding);

/// <summary>Tasks, perhaps none.</summary>
internal sealed record ClaimAnswer(IReadOnlyList<TaskMessage> Tasks);

/// <summary>A task: start or stop an allocation's workload.</summary>
internal sealed record TaskMessage(
    string Id, string Kind, int Attempt, long FencingToken, string AllocationId, string Runtime, int Slots, string Tenant,
    string? TraceParent, string? CorrelationId)
    : WorkloadSpec(AllocationId, Runtime, Slots, Tenant, TraceParent, CorrelationId);

/// <summary>How a task ended.</summary>
internal sealed record ResultMessage(long FencingToken, string Outcome);

/// <summary>A workload ended by itself.</summary>
internal sealed record ExitedMessage(int ExitCode);
