using Orion.Telemetry.Propagation;

namespace OrionPlatform.NodeAgent;

/// <summary>What is kept on disk of a running workload, so that the agent's next life knows it again.</summary>
/// <param name="AllocationId">The allocation.</param>
/// <param name="Runtime">What it runs.</param>
/// <param name="Pid">Process id.</param>
/// <param name="StartTime">When it started, as this system counts: with the pid it names one process for ever.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="TraceParent">What it was started by.</param>
/// <param name="CorrelationId">The same, for people.</param>
internal sealed record WorkloadRecord(
    string AllocationId, string Runtime, int Pid, long StartTime, string Tenant, string? TraceParent, string? CorrelationId)
{
    /// <summary>The process it is about.</summary>
    public MarkedProcess Process => new(Pid, 0, StartTime, AllocationId);
}

/// <summary>A workload that runs.</summary>
internal sealed class Workload(WorkloadRecord record, WorkloadOutput output)
{
    public WorkloadRecord Record { get; } = record;

    public WorkloadOutput Output { get; } = output;
}

/// <summary>How a start ended.</summary>
/// <param name="Outcome">One of <see cref="Contracts.TaskOutcome"/>.</param>
/// <param name="Pid">The process, when it runs.</param>
internal readonly record struct StartResult(string Outcome, int Pid);

/// <summary>A workload's end that the agent did not cause.</summary>
internal sealed record WorkloadExit(WorkloadRecord Record, int ExitCode);
