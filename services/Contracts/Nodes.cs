using System.ComponentModel.DataAnnotations;

namespace OrionPlatform.Contracts;

/// <summary>What the names of nodes and of their runtimes look like on the wire.</summary>
public static class NodeShapes
{
    /// <summary>A runtime's name.</summary>
    public const string Runtime = "^[a-z0-9][a-z0-9._-]{0,62}$";

    /// <summary>Characters of the longest name of a runtime.</summary>
    public const int RuntimeMaxLength = 63;

    /// <summary>What people call a node.</summary>
    public const string NodeName = "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$";

    /// <summary>Characters of the longest name of a node.</summary>
    public const int NodeNameMaxLength = 100;
}

/// <summary>What a node's agent offers when it registers.</summary>
/// <param name="Name">What people call the node.</param>
/// <param name="Slots">How many slots it has.</param>
/// <param name="Runtimes">Names of the runtimes it is configured for.</param>
public sealed record RegisterNodeRequest(
    [property: StringLength(NodeShapes.NodeNameMaxLength, MinimumLength = 1), RegularExpression(NodeShapes.NodeName)] string Name,
    [property: Range(1, 4096)] int Slots,
    [property: MaxLength(64), EachMatches(NodeShapes.Runtime)] IReadOnlyCollection<string> Runtimes);

/// <summary>What registration answers.</summary>
/// <param name="NodeId">The node's id (<c>nd_...</c>).</param>
/// <param name="NodeSecret">The bearer credential of all its later calls, given this once.</param>
public sealed record NodeCredential(string NodeId, string NodeSecret);

/// <summary>
/// A sign of life: what the agent offers and runs, how its process fares, and what has become of the telemetry that it sent.
/// </summary>
/// <param name="Name">What people call the node.</param>
/// <param name="Slots">How many slots it has.</param>
/// <param name="Runtimes">Names of the runtimes it is configured for.</param>
/// <param name="Running">Ids of the allocations whose workload runs.</param>
/// <param name="Process">The agent's process.</param>
/// <param name="Exports">What became of its telemetry, a kind each.</param>
public sealed record HeartbeatRequest(
    [property: StringLength(NodeShapes.NodeNameMaxLength, MinimumLength = 1), RegularExpression(NodeShapes.NodeName)] string Name,
    [property: Range(1, 4096)] int Slots,
    [property: MaxLength(64), EachMatches(NodeShapes.Runtime)] IReadOnlyCollection<string> Runtimes,
    [property: MaxLength(4096), EachMatches(Shapes.Id)] IReadOnlyCollection<string> Running,
    ProcessFigures Process,
    [property: MaxLength(2)] IReadOnlyList<ExportFigures>? Exports = null) : IValidatableObject
{
    /// <summary>No node may speak for another process.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Process.Worker == ProcessFigures.WorkerOf(Name)
        ? []
        : [new ValidationResult($"It must be '{ProcessFigures.WorkerOf(Name)}'.", ["Process.Worker"])];
}

/// <summary>The agent's process.</summary>
/// <param name="Worker">Its name among all processes: <c>node-agent-NAME</c>.</param>
/// <param name="Host">The machine's name.</param>
/// <param name="Pid">Its process id.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="IntervalSeconds">How often it beats.</param>
/// <param name="PoolThreads">Threads of its pool.</param>
/// <param name="PoolQueue">Work that waits for one of them.</param>
/// <param name="MemoryAllocMb">Memory of its objects, MB.</param>
/// <param name="MemoryCommittedMb">Memory of its heap, MB.</param>
/// <param name="GcCount">Collections since it started.</param>
/// <param name="GcPauseMs">Milliseconds it stood still for them since it started.</param>
/// <param name="LagP99Ms">99th percentile of how late its pool was, ms.</param>
/// <param name="LagMaxMs">The latest, ms.</param>
/// <param name="LagP50Ms">The median, ms.</param>
/// <param name="Utilization">Share of the time in which its pool had work, 0 to 1.</param>
public sealed record ProcessFigures(
    [property: StringLength(NodeShapes.NodeNameMaxLength + 11, MinimumLength = 1)] string Worker,
    [property: StringLength(255, MinimumLength = 1)] string Host,
    [property: Range(1, int.MaxValue)] int Pid, DateTimeOffset StartedAt, [property: Range(1, 3600)] int IntervalSeconds,
    [property: Range(0, int.MaxValue)] int PoolThreads, [property: Range(0, long.MaxValue)] long PoolQueue,
    double MemoryAllocMb, double MemoryCommittedMb,
    [property: Range(0, int.MaxValue)] int GcCount, double GcPauseMs, double LagP99Ms, double LagMaxMs,
    double LagP50Ms = 0, double Utilization = 0)
{
    /// <summary>The service that all agents are.</summary>
    public const string Service = "node-agent";

    /// <summary>The name of the process of a node's agent.</summary>
    public static string WorkerOf(string node) => $"{Service}-{node}";
}

/// <summary>What became of one kind of telemetry since the process started.</summary>
/// <param name="Stream"><see cref="Spans"/> or <see cref="Logs"/>.</param>
/// <param name="Produced">Rows that there were.</param>
/// <param name="Delivered">Of these, rows that arrived.</param>
/// <param name="Failed">Rows that were refused or could not be sent.</param>
/// <param name="Overflowed">Rows there was no room for while they waited.</param>
public sealed record ExportFigures(
    [property: AllowedValues(ExportFigures.Spans, ExportFigures.Logs)] string Stream,
    [property: Range(0, ExportFigures.Most)] long Produced, [property: Range(0, ExportFigures.Most)] long Delivered,
    [property: Range(0, ExportFigures.Most)] long Failed, [property: Range(0, ExportFigures.Most)] long Overflowed) : IValidatableObject
{
    /// <summary>Its spans.</summary>
    public const string Spans = "exported_spans";

    /// <summary>Its log records.</summary>
    public const string Logs = "exported_logs";

    // Far above what a process ever sends, and sums of a few still fit.
    private const long Most = 1_000_000_000_000_000;

    /// <summary>No more can have become of the rows than there were.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Delivered + Failed + Overflowed <= Produced
        ? []
        : [new ValidationResult("More became of its rows than there were.", [nameof(Produced)])];
}

/// <summary>What the platform makes of a heartbeat.</summary>
/// <param name="Run">Active allocations of this node that it said it does not run.</param>
/// <param name="Stop">Allocations it said it runs that are not its own, or no longer.</param>
public sealed record HeartbeatResponse(IReadOnlyList<WorkloadSpec> Run, IReadOnlyList<string> Stop);

/// <summary>A workload to be run.</summary>
/// <param name="AllocationId">The allocation.</param>
/// <param name="Runtime">Its runtime.</param>
/// <param name="Slots">Its slots.</param>
/// <param name="Tenant">Its tenant's short name, for telemetry.</param>
/// <param name="TraceParent">W3C traceparent of what asked for it.</param>
/// <param name="CorrelationId">The correlation id it was asked for under.</param>
public record WorkloadSpec(string AllocationId, string Runtime, int Slots, string Tenant, string? TraceParent, string? CorrelationId);

/// <summary>Asks for tasks.</summary>
/// <param name="Max">At most this many.</param>
/// <param name="WaitSeconds">How long to wait for the first.</param>
/// <param name="Holding">Tasks in progress here; a lease on any other was lost on its way and is handed out again.</param>
public sealed record ClaimTasksRequest(
    [property: Range(1, 16)] int Max, [property: Range(0, 20)] int WaitSeconds,
    [property: MaxLength(256), EachMatches(Shapes.Id)] IReadOnlyCollection<string> Holding);

/// <summary>Tasks, perhaps none.</summary>
/// <param name="Tasks">The tasks.</param>
public sealed record ClaimTasksResponse(IReadOnlyList<NodeTaskResponse> Tasks);

/// <summary>A task: start or stop an allocation's workload.</summary>
/// <param name="Id">Its id (<c>nt_...</c>).</param>
/// <param name="Kind">What it asks for: a <see cref="TaskKind"/>.</param>
/// <param name="Attempt">How many times it has been handed out, from 1.</param>
/// <param name="FencingToken">Grows with every delivery; the report must carry it.</param>
/// <param name="AllocationId">The allocation.</param>
/// <param name="Runtime">Its runtime.</param>
/// <param name="Slots">Its slots.</param>
/// <param name="Tenant">Its tenant's short name, for telemetry.</param>
/// <param name="TraceParent">W3C traceparent of what asked for it.</param>
/// <param name="CorrelationId">The correlation id it was asked for under.</param>
public sealed record NodeTaskResponse(
    string Id, string Kind, int Attempt, long FencingToken, string AllocationId, string Runtime, int Slots, string Tenant,
    string? TraceParent, string? CorrelationId)
    : WorkloadSpec(AllocationId, Runtime, Slots, Tenant, TraceParent, CorrelationId);

/// <summary>How a task ended.</summary>
/// <param name="FencingToken">The token it was handed out with.</param>
/// <param name="Outcome">One of <see cref="TaskOutcome"/>.</param>
public sealed record TaskResultRequest(
    [property: Range(1, long.MaxValue)] long FencingToken,
    [property: AllowedValues(TaskOutcome.Started, TaskOutcome.Stopped, TaskOutcome.RuntimeUnknown, TaskOutcome.StartFailed)]
    string Outcome);

/// <summary>What a task asks for.</summary>
public static class TaskKind
{
    /// <summary>Start the allocation's workload.</summary>
    public const string Start = "start";

    /// <summary>End it.</summary>
    public const string Stop = "stop";
}

/// <summary>How a task can end.</summary>
public static class TaskOutcome
{
    /// <summary>The workload's process runs.</summary>
    public const string Started = "started";

    /// <summary>Nothing of the workload runs any more.</summary>
    public const string Stopped = "stopped";

    /// <summary>The node does not know the runtime after all.</summary>
    public const string RuntimeUnknown = "runtime_unknown";

    /// <summary>The node could not start the runtime's command.</summary>
    public const string StartFailed = "start_failed";
}

/// <summary>A workload ended by itself.</summary>
/// <param name="ExitCode">Its exit code; -1 where that is not known.</param>
public sealed record WorkloadExitedRequest(int ExitCode);
