using System.Text.Json;
using Orion.Store;
using Orion.Store.Idempotency;
using Orion.Store.Jobs;
using Orion.Store.Journal;

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

    /// <summary>Makes the row.</summary>
    public static async Task<Allocation> RequestAsync(WriteTransaction tx, AllocationRequest request, Origin origin)
    {
        var now = tx.Now.ToUnixTimeMilliseconds();
        var row = await tx.QuerySingleOrDefaultAsync<AllocationRow>($"""
            INSERT INTO allocations (id, tenant_id, tenant, project_id, runtime, slots, state, created_at, updated_at, trace_parent, correlation_id)
            VALUES (@id, @tenantId, @tenant, @project, @runtime, @slots, 'requested', @now, @now, @trace, @correlation)
            RETURNING {AllocationRow.Columns}
            """, new
        {
            id = "al_" + Guid.CreateVersion7(tx.Now).ToString("N"),
            tenantId = request.TenantId,
            tenant = request.Tenant,
            project = request.ProjectId,
            runtime = request.Runtime,
            slots = request.Slots,
            now,
            trace = origin.TraceParent,
            correlation = origin.CorrelationId,
        });
        return row!.ToAllocation();
    }

    /// <summary>Tells the journal of the request and enqueues the job that will find a node, in the request's transaction.</summary>
    public static async Task AnnounceAsync(WriteTransaction tx, Allocation allocation, Origin origin)
    {
        await TellAsync(tx, allocation, origin);
        await tx.EnqueueAsync(JobFor(allocation, ProvisionJob, origin));
    }

    /// <summary>One allocation of a project; null when there is none of that id in it.</summary>
    public static async Task<Allocation?> FindAsync(ReadTransaction tx, string projectId, string id) =>
        (await tx.QuerySingleOrDefaultAsync<AllocationRow>(
            $"SELECT {AllocationRow.Columns} FROM allocations WHERE id = @id AND project_id = @projectId",
            new { id, projectId }))?.ToAllocation();

    /// <summary>One allocation of any project: for the platform's own work, never for a caller's request.</summary>
    public static async Task<Allocation?> LoadAsync(ReadTransaction tx, string id) =>
        (await tx.QuerySingleOrDefaultAsync<AllocationRow>($"SELECT {AllocationRow.Columns} FROM allocations WHERE id = @id", new { id }))?.ToAllocation();

    /// <summary>A project's allocations, newest first.</summary>
    /// <param name="tx">The snapshot.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="state">Only those in this state; null for all.</param>
    /// <param name="after">Id of the last one already seen; null for the first page.</param>
    /// <param name="limit">At most this many.</param>
    public static async Task<IReadOnlyList<Allocation>> ListAsync(ReadTransaction tx, string projectId, string? state, string? after,
        int limit)
    {
        var rows = await tx.QueryAsync<AllocationRow>($"""
            SELECT {AllocationRow.Columns} FROM allocations
            WHERE project_id = @projectId AND (@after IS NULL OR id < @after) AND (@state IS NULL OR state = @state)
            ORDER BY id DESC LIMIT @limit
            """, new { projectId, state, after, limit });
        return [.. rows.Select(r => r.ToAllocation())];
    }

    /// <summary>
    /// <c>requested -> provisioning</c>. Returns the allocation when it is being provisioned now, also by an earlier attempt; null
    /// otherwise.
    /// </summary>
    public static async Task<Allocation?> BeginProvisioningAsync(WriteTransaction tx, string id, Origin origin) =>
        await MoveAsync(tx, id, "'requested'", AllocationState.Provisioning, null, origin)
            ?? (await LoadAsync(tx, id) is { State: AllocationState.Provisioning } already ? already : null);

    /// <summary><c>provisioning -> active</c>, on its node's word. Null when it was not being provisioned.</summary>
    public static Task<Allocation?> ActivateAsync(WriteTransaction tx, string id, Origin origin) =>
        MoveAsync(tx, id, "'provisioning'", AllocationState.Active, null, origin);

    /// <summary>
    /// Begins to give an allocation back, and enqueues the job that does. One that is being given back, was, or failed stays as it
    /// is: asking twice is no error. Null when the project has none of that id.
    /// </summary>
    public static async Task<Allocation?> BeginReleaseAsync(WriteTransaction tx, string projectId, string id, Origin origin)
    {
        if (await FindAsync(tx, projectId, id) is not { } found)
        {
            return null;
        }

        if (await MoveAsync(tx, id, "'requested', 'provisioning', 'active'", AllocationState.Releasing, null, origin) is not { } releasing)
        {
            return found;
        }

        await tx.EnqueueAsync(JobFor(releasing, ReleaseJob, origin) with { UniqueKey = ReleaseKey(id) });
        return releasing;
    }

    /// <summary><c>releasing -> released</c>. Null when it was not being released.</summary>
    public static async Task<Allocation?> ReleasedAsync(WriteTransaction tx, string id, Origin origin)
    {
        var released = await MoveAsync(tx, id, "'releasing'", AllocationState.Released, null, origin);
        if (released is not null)
        {
            await NodeTasks.CancelAsync(tx, id);
        }

        return released;
    }

    /// <summary>
    /// Ends an unreleased allocation with a reason and takes back what its node was told. Null when it was final or is being released.
    /// </summary>
    public static async Task<Allocation?> FailAsync(WriteTransaction tx, string id, string reason, Origin origin)
    {
        var failed = await MoveAsync(tx, id, "'requested', 'provisioning', 'active'", AllocationState.Failed, reason, origin);
        if (failed is not null)
        {
            await NodeTasks.CancelAsync(tx, id);
        }

        return failed;
    }

    internal static Task<long> TellAsync(WriteTransaction tx, Allocation allocation, Origin origin, string? what = null) =>
        tx.AppendFactAsync(new JournalFact
        {
            Type = "allocation." + (what ?? allocation.State),
            Subject = allocation.Subject,
            TenantId = allocation.TenantId,
            Data = JsonSerializer.Serialize(new { allocation.ProjectId, allocation.Runtime, allocation.Slots, allocation.NodeId, allocation.Reason }, JsonSerializerOptions.Web),
            TraceParent = origin.TraceParent,
            CorrelationId = origin.CorrelationId,
        });

    /// <summary>An allocation is released by one job, ever.</summary>
    internal static string ReleaseKey(string id) => "release:" + id;

    private static JobRequest JobFor(Allocation allocation, string kind, Origin origin) => new()
    {
        Kind = kind,
        Subject = allocation.Subject,
        TenantId = allocation.TenantId,
        Payload = JsonSerializer.Serialize(new AllocationJob(allocation.Id, allocation.Tenant), JsonSerializerOptions.Web),
        TraceParent = origin.TraceParent,
        CorrelationId = origin.CorrelationId,
    };

    private static async Task<Allocation?> MoveAsync(WriteTransaction tx, string id, string from, string to, string? reason, Origin origin)
    {
        var row = await tx.QuerySingleOrDefaultAsync<AllocationRow>($"""
            UPDATE allocations SET state = @to, reason = @reason, updated_at = @now
            WHERE id = @id AND state IN ({from})
            RETURNING {AllocationRow.Columns}
            """, new { id, to, reason, now = tx.Now.ToUnixTimeMilliseconds() });
        if (row is null)
        {
            return null;
        }

        var allocation = row.ToAllocation();
        await TellAsync(tx, allocation, origin);
        return allocation;
    }
}
