namespace OrionPlatform.NodeAgent;

/// <summary>What is kept on disk of a running workload, so that the agent's next life knows it again.</summary>
internal sealed record WorkloadRecord(string AllocationId, string Runtime, int Pid, long StartTicks, string Tenant, string? TraceParent, string? CorrelationId);

/// <summary>A workload that runs.</summary>
internal sealed class Workload(WorkloadRecord record, WorkloadOutput output)
{
    public WorkloadRecord Record { get; } = record;

    public WorkloadOutput Output { get; } = output;

    /// <summary>Set once the agent means it to end: its exit is then no news.</summary>
    public bool Stopping { get; set; }
}

/// <summary>How a start ended.</summary>
/// <param name="Outcome"><c>started</c>, <c>runtime_unknown</c> or <c>start_failed</c>, as the platform knows them.</param>
/// <param name="Pid">The process, when it runs.</param>
internal readonly record struct StartResult(string Outcome, int Pid)
{
    public const string Started = "started";
    public const string RuntimeUnknown = "runtime_unknown";
    public const string StartFailed = "start_failed";
}

/// <summary>A workload's end that the agent did not cause.</summary>
internal sealed record WorkloadExit(WorkloadRecord Record, int ExitCode);
