namespace OrionPlatform.Domain;

/// <summary>So many slots of a runtime on a node, given to a project until they are released.</summary>
public sealed record Allocation
{
    /// <summary>Its id (<c>al_...</c>); sorts by time of request.</summary>
    public required string Id { get; init; }

    /// <summary>The tenant that owns the project.</summary>
    public required string TenantId { get; init; }

    /// <summary>That tenant's short name at the time of the request, for telemetry.</summary>
    public required string Tenant { get; init; }

    /// <summary>The project it belongs to.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Name of the runtime, as node agents configure it.</summary>
    public required string Runtime { get; init; }

    /// <summary>How many slots it takes on its node, 1 to 64.</summary>
    public required int Slots { get; init; }

    /// <summary>One of <see cref="AllocationState"/>.</summary>
    public required string State { get; init; }

    /// <summary>One of <see cref="FailureReason"/> when it failed; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>The node it was placed on; null before that.</summary>
    public string? NodeId { get; init; }

    /// <summary>When it was requested.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its state last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>W3C traceparent of the request: later work that no job carries (a node's loss, a restart) links to it.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The correlation id of the request.</summary>
    public string? CorrelationId { get; init; }

    internal const string Columns =
        "id, tenant_id, tenant, project_id, runtime, slots, state, reason, node_id, created_at, updated_at, trace_parent, correlation_id";

    /// <summary>Whether nothing more happens to it.</summary>
    public bool IsFinal => State is AllocationState.Released or AllocationState.Failed;

    /// <summary>The subject of its journal facts and jobs.</summary>
    public string Subject => "allocation/" + Id;
}

/// <summary>What a caller asks for.</summary>
public sealed record AllocationRequest
{
    /// <summary>The tenant, from the verified key.</summary>
    public required string TenantId { get; init; }

    /// <summary>Its short name.</summary>
    public required string Tenant { get; init; }

    /// <summary>The project, already checked to be the tenant's.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Name of the runtime.</summary>
    public required string Runtime { get; init; }

    /// <summary>Slots, 1 to 64.</summary>
    public required int Slots { get; init; }
}
