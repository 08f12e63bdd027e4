namespace OrionPlatform.Domain;

/// <summary>Something a node is to do with an allocation's workload, as it was handed to the node's agent.</summary>
public sealed record NodeTask
{
    /// <summary><see cref="Kind"/>: start the workload.</summary>
    public const string Start = "start";

    /// <summary><see cref="Kind"/>: stop the workload.</summary>
    public const string Stop = "stop";

    /// <summary>Its id (<c>nt_...</c>).</summary>
    public required string Id { get; init; }

    /// <summary><c>start</c> or <c>stop</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>How many times it has been handed out, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Grows with every delivery; a report must carry the current one.</summary>
    public required long FencingToken { get; init; }

    /// <summary>The allocation.</summary>
    public required string AllocationId { get; init; }

    /// <summary>Its runtime.</summary>
    public required string Runtime { get; init; }

    /// <summary>Its slots.</summary>
    public required int Slots { get; init; }

    /// <summary>Its tenant's short name, for telemetry.</summary>
    public required string Tenant { get; init; }

    /// <summary>W3C traceparent of what asked for it, which the processing span links to.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The correlation id of what asked for it.</summary>
    public string? CorrelationId { get; init; }
}

/// <summary>What became of a report.</summary>
public enum ReportResult
{
    /// <summary>It is recorded, with its effect.</summary>
    Accepted,

    /// <summary>The same report came before; nothing changed.</summary>
    Repeated,

    /// <summary>The task was handed out again or taken back; the report had no effect.</summary>
    LeaseLost,

    /// <summary>The node has no such task.</summary>
    Unknown,
}

/// <summary>How a task ended, as its node tells it.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="FencingToken">The token it was handed out with.</param>
/// <param name="Outcome"><c>started</c>, <c>stopped</c>, or a <see cref="FailureReason"/> of a start.</param>
public sealed record TaskReport(string TaskId, long FencingToken, string Outcome)
{
    /// <summary>The workload's process runs.</summary>
    public const string Started = "started";

    /// <summary>Nothing of the workload runs any more.</summary>
    public const string Stopped = "stopped";
}

/// <summary>Open node tasks, counted.</summary>
/// <param name="Ready">Waiting for their node.</param>
/// <param name="Leased">Being worked on.</param>
public sealed record NodeTaskDepth(long Ready, long Leased);
