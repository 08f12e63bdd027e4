namespace OrionPlatform.Domain;

/// <summary>A node task as its row holds it.</summary>
internal sealed class NodeTaskRow
{
    public string Id { get; set; } = "";

    public string Kind { get; set; } = "";

    public string State { get; set; } = "";

    public int Attempt { get; set; }

    public long FencingToken { get; set; }

    public string? Outcome { get; set; }

    public string AllocationId { get; set; } = "";

    public string? TraceParent { get; set; }

    public string? CorrelationId { get; set; }

    internal NodeTask ToTask(Allocation allocation) => new()
    {
        Id = Id,
        Kind = Kind,
        Attempt = Attempt,
        FencingToken = FencingToken,
        AllocationId = AllocationId,
        Runtime = allocation.Runtime,
        Slots = allocation.Slots,
        Tenant = allocation.Tenant,
        TraceParent = TraceParent,
        CorrelationId = CorrelationId,
    };
}
