namespace OrionPlatform.Domain;

/// <summary>A node as its row holds it, with the slots its allocations take.</summary>
internal sealed class NodeRow
{
    internal const string Columns = """
        n.id, n.name, n.slots, n.last_seen_at, n.lost_at, COALESCE((SELECT SUM(a.slots) FROM allocations a
            WHERE a.node_id = n.id AND a.state IN ('provisioning', 'active', 'releasing')), 0) AS used_slots
        """;

    public string Id { get; set; } = "";

    public string Name { get; set; } = "";

    public int Slots { get; set; }

    public int UsedSlots { get; set; }

    public long LastSeenAt { get; set; }

    public long? LostAt { get; set; }

    internal NodeView ToView() => new()
    {
        Id = Id,
        Name = Name,
        Slots = Slots,
        UsedSlots = UsedSlots,
        LastSeenAt = DateTimeOffset.FromUnixTimeMilliseconds(LastSeenAt),
        LostAt = LostAt is { } lost ? DateTimeOffset.FromUnixTimeMilliseconds(lost) : null,
    };
}
