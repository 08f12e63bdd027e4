using System.Text.Json;
using Orion.Store.Idempotency;

namespace OrionPlatform.Domain;

/// <summary>
/// The life of allocations. Every change is guarded by the state it may start from, so that a late or repeated message changes
/// nothing, and is told in the journal by the fact committed with it.
/// </summary>
public static class Allocations
{
    /// <summary>Kind of the job that finds a node.</summary>
    public const string ProvisionJob = "allocation.provision";

    /// <summary>Kind of the job that gives an allocation back.</summary>
    public const string ReleaseJob = "allocation.release";

    /// <summary>Makes the row, tells the journal of it and enqueues the job that will find a node.</summary>
    public static async Task<Allocation> RequestAsync(WriteTransaction tx, AllocationRequest request)
    {
        var allocation = (await tx.QuerySingleOrDefaultAsync<Allocation>(
            $"""
            INSERT INTO allocations
                (id, tenant_id, tenant, project_id, runtime, slots, state, created_at, updated_at, trace_parent, correlation_id)
            VALUES (@id, @tenant_id, @tenant, @project_id, @runtime, @slots, 'requested', @now, @now, @trace_parent, @correlation_id)
            RETURNING {Allocation.Columns}
            """,
            new
            {
                Id = Ids.New("al", tx.Now),
                request.TenantId,
                request.Tenant,
                request.ProjectId,
                request.Runtime,
                request.Slots,
                tx.Now,
                tx.Cause.TraceParent,
                tx.Cause.CorrelationId,
            }))!;
        await TellAsync(tx, allocation);
        await tx.EnqueueAsync(JobFor(allocation, ProvisionJob));
        return allocation;
    }

    /// <summary>One allocation of a project; null when there is none of that id in it.</summary>
    public static Task<Allocation?> FindAsync(ReadTransaction tx, string projectId, string id) =>
        tx.QuerySingleOrDefaultAsync<Allocation>(
            $"SELECT {Allocation.Columns} FROM allocations WHERE id = @id AND project_id = @projectId", new { id, projectId });

    /// <summary>One allocation of any project: for the platform's own work, never for a caller's request.</summary>
    public static Task<Allocation?> LoadAsync(ReadTransaction tx, string id) =>
        tx.QuerySingleOrDefaultAsync<Allocation>($"SELECT {Allocation.Columns} FROM allocations WHERE id = @id", new { id });

    /// <summary>A project's allocations, newest first.</summary>
    /// <param name="tx">The snapshot.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="state">Only those in this state; null for all.</param>
    /// <param name="after">Id of the last one already seen; null for the first page.</param>
    /// <param name="limit">At most this many.</param>
    public static Task<IReadOnlyList<Allocation>> ListAsync(
        ReadTransaction tx, string projectId, string? state, string? after, int limit) => tx.QueryAsync<Allocation>(
        $"""
        SELECT {Allocation.Columns} FROM allocations
        WHERE project_id = @projectId AND (@after IS NULL OR id < @after) AND (@state IS NULL OR state = @state)
        ORDER BY id DESC LIMIT @limit
        """,
        new { projectId, state, after, limit });

    /// <summary>
    /// <c>requested -> provisioning</c>. Returns the allocation when it is being provisioned now, also by an earlier attempt; null
    /// otherwise.
    /// </summary>
    public static async Task<Allocation?> BeginProvisioningAsync(WriteTransaction tx, string id) =>
        await MoveAsync(tx, id, "'requested'", AllocationState.Provisioning, null)
            ?? (await LoadAsync(tx, id) is { State: AllocationState.Provisioning } already ? already : null);

    /// <summary><c>provisioning -> active</c>, on its node's word. Null when it was not being provisioned.</summary>
    public static Task<Allocation?> ActivateAsync(WriteTransaction tx, string id) =>
        MoveAsync(tx, id, "'provisioning'", AllocationState.Active, null);

    /// <summary>
    /// Begins to give an allocation back, and enqueues the job that does. One that is being given back, was, or failed stays as it
    /// is: asking twice is no error. Null when the project has none of that id.
    /// </summary>
    public static async Task<Allocation?> BeginReleaseAsync(WriteTransaction tx, string projectId, string id)
    {
        if (await FindAsync(tx, projectId, id) is not { } found)
        {
            return null;
        }

        if (await MoveAsync(tx, id, "'requested', 'provisioning', 'active'", AllocationState.Releasing, null) is not { } releasing)
        {
            return found;
        }

        await tx.EnqueueAsync(JobFor(releasing, ReleaseJob) with { UniqueKey = ReleaseKey(id) });
        return releasing;
    }

    /// <summary><c>releasing -> released</c>. Null when it was not being released.</summary>
    public static async Task<Allocation?> ReleasedAsync(WriteTransaction tx, string id)
    {
        var released = await MoveAsync(tx, id, "'releasing'", AllocationState.Released, null);
        if (released is not null)
        {
            await NodeTasks.CancelAsync(tx, id);
        }

        return released;
    }

    /// <summary>
    /// Ends an unreleased allocation with a reason and takes back what its node was told. Null when it was final or is being released.
    /// </summary>
    public static async Task<Allocation?> FailAsync(WriteTransaction tx, string id, string reason)
    {
        var failed = await MoveAsync(tx, id, "'requested', 'provisioning', 'active'", AllocationState.Failed, reason);
        if (failed is not null)
        {
            await NodeTasks.CancelAsync(tx, id);
        }

        return failed;
    }

    internal static Task<long> TellAsync(WriteTransaction tx, Allocation allocation, string? what = null) =>
        tx.AppendFactAsync(new JournalFact
        {
            Type = "allocation." + (what ?? allocation.State),
            Subject = allocation.Subject,
            TenantId = allocation.TenantId,
            Data = JsonSerializer.Serialize(
                new { allocation.ProjectId, allocation.Runtime, allocation.Slots, allocation.NodeId, allocation.Reason },
                JsonSerializerOptions.Web),
        });

    /// <summary>An allocation is released by one job, ever.</summary>
    internal static string ReleaseKey(string id) => "release:" + id;

    private static JobRequest JobFor(Allocation allocation, string kind) => new()
    {
        Kind = kind,
        Subject = allocation.Subject,
        TenantId = allocation.TenantId,
        Payload = JsonSerializer.Serialize(new AllocationJob(allocation.Id), JsonSerializerOptions.Web),
    };

    private static async Task<Allocation?> MoveAsync(WriteTransaction tx, string id, string from, string to, string? reason)
    {
        var moved = await tx.QuerySingleOrDefaultAsync<Allocation>($"""
            UPDATE allocations SET state = @to, reason = @reason, updated_at = @now
            WHERE id = @id AND state IN ({from})
            RETURNING {Allocation.Columns}
            """, new { id, to, reason, tx.Now });
        if (moved is not null)
        {
            await TellAsync(tx, moved);
        }

        return moved;
    }
}
