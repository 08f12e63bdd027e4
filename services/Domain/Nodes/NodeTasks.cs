using Orion.Store.Idempotency;

namespace OrionPlatform.Domain;

/// <summary>
/// The tasks of nodes: handed out under a lease with a fencing token, at least once; a report has its effect once. A stop is not
/// handed out while the allocation's start is still open, so the two never cross.
/// </summary>
public static class NodeTasks
{
    /// <summary>How long an agent has for a task before it is handed out again.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private const string Due = """
        t.node_id = @nodeId AND (t.state = 'ready' OR (t.state = 'leased' AND t.lease_until <= @now))
        AND NOT (t.kind = 'stop' AND EXISTS (SELECT 1 FROM node_tasks s
            WHERE s.allocation_id = t.allocation_id AND s.kind = 'start' AND s.state IN ('ready', 'leased')))
        """;

    /// <summary>Whether <see cref="ClaimAsync"/> would hand something out: a read, so that waiting agents cost no write.</summary>
    public static async Task<bool> AnyDueAsync(ReadTransaction tx, string nodeId, DateTimeOffset now) =>
        await tx.QuerySingleOrDefaultAsync<long>(
            $"SELECT EXISTS (SELECT 1 FROM node_tasks t WHERE {Due})", new { nodeId, now }) != 0;

    /// <summary>Whether the node holds a lease on a task that its agent does not know of: a delivery that never arrived.</summary>
    public static async Task<bool> AnyUndeliveredAsync(ReadTransaction tx, string nodeId, IReadOnlyCollection<string> holding) =>
        (await LeasedAsync(tx, nodeId)).Any(id => !holding.Contains(id));

    /// <summary>
    /// Hands out up to <paramref name="limit"/> tasks. Leases on tasks that the agent does not say it is holding were lost on their way to
    /// it and end here.
    /// </summary>
    public static async Task<IReadOnlyList<NodeTask>> ClaimAsync(WriteTransaction tx, string nodeId, IReadOnlyCollection<string> holding,
        int limit)
    {
        foreach (var id in (await LeasedAsync(tx, nodeId)).Where(id => !holding.Contains(id)))
        {
            await tx.ExecuteAsync("UPDATE node_tasks SET state = 'ready', lease_until = NULL WHERE id = @id AND state = 'leased'",
                new { id });
        }

        var claimed = await tx.QueryAsync<string>($"""
            UPDATE node_tasks SET state = 'leased', attempt = attempt + 1, fencing_token = fencing_token + 1, lease_until = @until
            WHERE id IN (SELECT t.id FROM node_tasks t WHERE {Due} ORDER BY t.created_at, t.id LIMIT @limit)
            RETURNING id
            """, new { nodeId, tx.Now, until = tx.Now + Lease, limit });
        List<NodeTask> tasks = [];
        foreach (var id in claimed)
        {
            tasks.Add((await tx.QuerySingleOrDefaultAsync<NodeTask>(
                """
                SELECT t.id, t.kind, t.attempt, t.fencing_token, t.allocation_id, a.runtime, a.slots, a.tenant, t.trace_parent,
                    t.correlation_id
                FROM node_tasks t JOIN allocations a ON a.id = t.allocation_id WHERE t.id = @id
                """,
                new { id }))!);
        }

        return tasks;
    }

    /// <summary>Records how a task ended, with its effect on the allocation, once.</summary>
    public static async Task<ReportResult> ReportAsync(WriteTransaction tx, string nodeId, TaskReport report)
    {
        var row = await tx.QuerySingleOrDefaultAsync<Reported>(
            "SELECT id, kind, state, fencing_token, outcome, allocation_id FROM node_tasks WHERE id = @id AND node_id = @nodeId",
            new { id = report.TaskId, nodeId });
        if (row is null)
        {
            return ReportResult.Unknown;
        }

        if (row.State == "done" && row.FencingToken == report.FencingToken && row.Outcome == report.Outcome)
        {
            return ReportResult.Repeated;
        }

        if (row.State != "leased" || row.FencingToken != report.FencingToken)
        {
            return ReportResult.LeaseLost;
        }

        await tx.ExecuteAsync(
            "UPDATE node_tasks SET state = 'done', outcome = @outcome, finished_at = @now, lease_until = NULL WHERE id = @id",
            new { row.Id, report.Outcome, tx.Now });
        _ = report.Outcome switch
        {
            TaskReport.Started => await Allocations.ActivateAsync(tx, row.AllocationId),
            TaskReport.Stopped => await Allocations.ReleasedAsync(tx, row.AllocationId),
            var reason => await Allocations.FailAsync(tx, row.AllocationId, reason),
        };
        return ReportResult.Accepted;
    }

    /// <summary>Tells a node to do something; nothing happens when it was told before.</summary>
    public static Task AddAsync(WriteTransaction tx, string nodeId, string allocationId, string kind) =>
        tx.ExecuteAsync("""
            INSERT INTO node_tasks (id, node_id, allocation_id, kind, state, created_at, trace_parent, correlation_id)
            VALUES (@id, @nodeId, @allocationId, @kind, 'ready', @now, @trace_parent, @correlation_id)
            ON CONFLICT (allocation_id, kind) DO NOTHING
            """, new
        {
            Id = Ids.New("nt", tx.Now),
            nodeId,
            allocationId,
            kind,
            tx.Now,
            tx.Cause.TraceParent,
            tx.Cause.CorrelationId,
        });

    /// <summary>Takes back a start that no agent has been given yet. Whether there was one: then nothing of the allocation runs.</summary>
    public static async Task<bool> WithdrawStartAsync(WriteTransaction tx, string allocationId) =>
        await tx.ExecuteAsync(
            "UPDATE node_tasks SET state = 'cancelled', finished_at = @now "
            + "WHERE allocation_id = @allocationId AND kind = 'start' AND state = 'ready' AND attempt = 0",
            new { allocationId, tx.Now }) > 0;

    /// <summary>Takes back all open tasks of an allocation; a report on one of them comes too late.</summary>
    public static Task CancelAsync(WriteTransaction tx, string allocationId) =>
        tx.ExecuteAsync(
            "UPDATE node_tasks SET state = 'cancelled', finished_at = @now, lease_until = NULL "
            + "WHERE allocation_id = @allocationId AND state IN ('ready', 'leased')",
            new { allocationId, tx.Now });

    /// <summary>How many tasks are open.</summary>
    public static async Task<NodeTaskDepth> DepthAsync(ReadTransaction tx)
    {
        var states = await tx.QueryAsync<string>("SELECT state FROM node_tasks WHERE state IN ('ready', 'leased')");
        return new NodeTaskDepth(states.Count(s => s == "ready"), states.Count(s => s == "leased"));
    }

    private static Task<IReadOnlyList<string>> LeasedAsync(ReadTransaction tx, string nodeId) =>
        tx.QueryAsync<string>("SELECT id FROM node_tasks WHERE node_id = @nodeId AND state = 'leased'", new { nodeId });

    private sealed record Reported(string Id, string State, long FencingToken, string? Outcome, string AllocationId);
}
