namespace OrionPlatform.Domain;

/// <summary>
/// The states of an allocation: <c>requested -> provisioning -> active -> releasing -> released</c>, and <c>failed</c>, which can
/// follow the first three. <c>released</c> and <c>failed</c> are final.
/// </summary>
public static class AllocationState
{
    /// <summary>Accepted; nobody has looked for a node yet.</summary>
    public const string Requested = "requested";

    /// <summary>A node is being looked for, or starts the workload.</summary>
    public const string Provisioning = "provisioning";

    /// <summary>Its node has reported the workload's process.</summary>
    public const string Active = "active";

    /// <summary>To be given back; its workload may still run.</summary>
    public const string Releasing = "releasing";

    /// <summary>Given back; nothing of it runs.</summary>
    public const string Released = "released";

    /// <summary>Ended for the reason beside it.</summary>
    public const string Failed = "failed";

    /// <summary>All of them, in order.</summary>
    public static readonly IReadOnlyList<string> All = [Requested, Provisioning, Active, Releasing, Released, Failed];
}

/// <summary>Why an allocation failed. The list is closed: the database refuses any other.</summary>
public static class FailureReason
{
    /// <summary>No living node offered the runtime with enough free slots before the deadline.</summary>
    public const string NoCapacity = "no_capacity";

    /// <summary>Its node has not been heard of for too long.</summary>
    public const string NodeLost = "node_lost";

    /// <summary>The node was told to start the workload and never said that it had.</summary>
    public const string StartTimedOut = "start_timed_out";

    /// <summary>The node does not know the runtime after all.</summary>
    public const string RuntimeUnknown = "runtime_unknown";

    /// <summary>The node could not start the runtime's command.</summary>
    public const string StartFailed = "start_failed";

    /// <summary>The workload's process ended by itself.</summary>
    public const string WorkloadExited = "workload_exited";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All = [NoCapacity, NodeLost, StartTimedOut, RuntimeUnknown, StartFailed, WorkloadExited];
}
