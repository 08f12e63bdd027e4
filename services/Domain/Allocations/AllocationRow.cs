using Orion.Store.Journal;

namespace OrionPlatform.Domain;

/// <summary>An allocation as its row holds it; times are Unix milliseconds.</summary>
internal sealed class AllocationRow
{
    internal const string Columns =
        "id, tenant_id, tenant, project_id, runtime, slots, state, reason, node_id, created_at, updated_at, trace_parent, correlation_id";

    public string Id { get; set; } = "";

    public string TenantId { get; set; } = "";

    public string Tenant { get; set; } = "";

    public string ProjectId { get; set; } = "";

    public string Runtime { get; set; } = "";

    public int Slots { get; set; }

    public string State { get; set; } = "";

    public string? Reason { get; set; }

    public string? NodeId { get; set; }

    public long CreatedAt { get; set; }

    public long UpdatedAt { get; set; }

    public string? TraceParent { get; set; }

    public string? CorrelationId { get; set; }

    internal Allocation ToAllocation() => new()
    {
        Id = Id,
        TenantId = TenantId,
        Tenant = Tenant,
        ProjectId = ProjectId,
        Runtime = Runtime,
        Slots = Slots,
        State = State,
        Reason = Reason,
        NodeId = NodeId,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
        UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(UpdatedAt),
        Origin = new Origin(TraceParent, CorrelationId),
    };
}
