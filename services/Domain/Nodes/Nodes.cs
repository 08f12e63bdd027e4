using System.Text.Json;
using Orion.Store.Idempotency;

namespace OrionPlatform.Domain;

/// <summary>What a node's agent offers.</summary>
/// <param name="Name">What people call the node.</param>
/// <param name="Slots">How many slots it has.</param>
/// <param name="Runtimes">Names of the runtimes it is configured for.</param>
public sealed record NodeOffer(string Name, int Slots, IReadOnlyList<string> Runtimes);

/// <summary>A new node and its credential, which is shown this once and stored as a hash.</summary>
public sealed record RegisteredNode(string NodeId, string Token);

/// <summary>A node as people and the placement see it.</summary>
public sealed record NodeView
{
    /// <summary>Its id (<c>nd_...</c>).</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Slots it has.</summary>
    public required int Slots { get; init; }

    /// <summary>Slots that allocations take.</summary>
    public required int UsedSlots { get; init; }

    /// <summary>When its agent was last heard.</summary>
    public required DateTimeOffset LastSeenAt { get; init; }

    /// <summary>Since when it counts as lost; null while it does not.</summary>
    public DateTimeOffset? LostAt { get; init; }

    internal const string Columns = """
        n.id, n.name, n.slots, n.last_seen_at, n.lost_at, COALESCE((SELECT SUM(a.slots) FROM allocations a
            WHERE a.node_id = n.id AND a.state IN ('provisioning', 'active', 'releasing')), 0) AS used_slots
        """;
}

/// <summary>What an agent should make of its running workloads.</summary>
/// <param name="Run">Active allocations of the node that the agent does not run.</param>
/// <param name="Stop">Ids of allocations it runs and that are not the node's, or no longer.</param>
public sealed record DesiredWorkloads(IReadOnlyList<Allocation> Run, IReadOnlyList<string> Stop);

/// <summary>The nodes: registered by their agents, seen by their heartbeats.</summary>
public static class Nodes
{
    /// <summary>Adds a node with a new credential.</summary>
    public static async Task<RegisteredNode> RegisterAsync(WriteTransaction tx, NodeOffer offer)
    {
        var id = Ids.New("nd", tx.Now);
        var (token, hash) = NodeSecret.New(id);
        await tx.ExecuteAsync(
            "INSERT INTO nodes (id, name, secret_hash, slots, registered_at, last_seen_at) VALUES (@id, @name, @hash, @slots, @now, @now)",
            new { id, offer.Name, hash, offer.Slots, tx.Now });
        await ReplaceRuntimesAsync(tx, id, offer.Runtimes);
        await TellAsync(tx, "node.registered", id, new { offer.Name, offer.Slots, offer.Runtimes });
        return new RegisteredNode(id, token);
    }

    /// <summary>The node a credential belongs to, or null.</summary>
    public static async Task<string?> AuthenticateAsync(ReadTransaction tx, string token)
    {
        if (!NodeSecret.TryRead(token, out var nodeId, out var secret))
        {
            return null;
        }

        var hash = await tx.QuerySingleOrDefaultAsync<string>("SELECT secret_hash FROM nodes WHERE id = @nodeId", new { nodeId });
        return hash is not null && NodeSecret.Matches(secret, hash) ? nodeId : null;
    }

    /// <summary>Notes that a node was heard, and what it offers now; a lost one has returned.</summary>
    public static async Task SeenAsync(WriteTransaction tx, string nodeId, NodeOffer offer)
    {
        var before =
            await tx.QuerySingleOrDefaultAsync<NodeView>($"SELECT {NodeView.Columns} FROM nodes n WHERE n.id = @nodeId", new { nodeId });
        await tx.ExecuteAsync(
            "UPDATE nodes SET name = @name, slots = @slots, last_seen_at = @now, lost_at = NULL WHERE id = @nodeId",
            new { nodeId, offer.Name, offer.Slots, tx.Now });
        var known = await tx.QueryAsync<string>("SELECT runtime FROM node_runtimes WHERE node_id = @nodeId", new { nodeId });
        if (!known.ToHashSet(StringComparer.Ordinal).SetEquals(offer.Runtimes))
        {
            await ReplaceRuntimesAsync(tx, nodeId, offer.Runtimes);
        }

        if (before?.LostAt is not null)
        {
            await TellAsync(tx, "node.returned", nodeId, new { offer.Name });
        }
    }

    /// <summary>
    /// Compares what an agent said it runs with what it should. Safe against allocations placed meanwhile: only what the agent itself has
    /// listed is ever stopped.
    /// </summary>
    public static async Task<DesiredWorkloads> DesiredAsync(ReadTransaction tx, string nodeId, IReadOnlyCollection<string> running)
    {
        var rows = await tx.QueryAsync<Allocation>($"""
            SELECT {Allocation.Columns} FROM allocations WHERE node_id = @nodeId AND state IN ('provisioning', 'active', 'releasing')
            """, new { nodeId });
        var live = rows.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var said = running.ToHashSet(StringComparer.Ordinal);
        return new DesiredWorkloads(
            [.. rows.Where(r => r.State == AllocationState.Active && !said.Contains(r.Id))],
            [.. said.Where(id => !live.Contains(id))]);
    }

    /// <summary>Whether <see cref="MarkLostAsync"/> would find any: a read, so that looking costs no write.</summary>
    public static async Task<bool> AnySilentAsync(ReadTransaction tx, DateTimeOffset silentSince) =>
        await tx.QuerySingleOrDefaultAsync<long>(
            "SELECT EXISTS (SELECT 1 FROM nodes WHERE lost_at IS NULL AND last_seen_at < @since)",
            new { since = silentSince }) != 0;

    /// <summary>
    /// Marks nodes lost that have been silent since <paramref name="silentSince"/>, and tells the journal. Only a process that
    /// receives heartbeats, and has for that long, may judge.
    /// </summary>
    public static async Task<IReadOnlyList<string>> MarkLostAsync(WriteTransaction tx, DateTimeOffset silentSince)
    {
        var lost = await tx.QueryAsync<string>(
            "UPDATE nodes SET lost_at = @now WHERE lost_at IS NULL AND last_seen_at < @since RETURNING id",
            new { tx.Now, since = silentSince });
        foreach (var id in lost)
        {
            await TellAsync(tx, "node.lost", id, new { silentSince });
        }

        return lost;
    }

    /// <summary>All nodes, the last registered first; at most 1,000.</summary>
    public static Task<IReadOnlyList<NodeView>> ListAsync(ReadTransaction tx) =>
        tx.QueryAsync<NodeView>($"SELECT {NodeView.Columns} FROM nodes n ORDER BY n.id DESC LIMIT 1000");

    private static async Task ReplaceRuntimesAsync(WriteTransaction tx, string nodeId, IReadOnlyList<string> runtimes)
    {
        await tx.ExecuteAsync("DELETE FROM node_runtimes WHERE node_id = @nodeId", new { nodeId });
        foreach (var runtime in runtimes.Distinct(StringComparer.Ordinal))
        {
            await tx.ExecuteAsync("INSERT INTO node_runtimes (node_id, runtime) VALUES (@nodeId, @runtime)", new { nodeId, runtime });
        }
    }

    private static Task<long> TellAsync(WriteTransaction tx, string type, string nodeId, object data) =>
        tx.AppendFactAsync(new JournalFact
        {
            Type = type,
            Subject = "node/" + nodeId,
            Data = JsonSerializer.Serialize(data, JsonSerializerOptions.Web),
        });
}
