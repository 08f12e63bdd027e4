using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orion.Store;
using Orion.Store.Journal;
using OrionPlatform.Domain;
using OrionPlatform.Tests;
using OrionPlatform.Worker;

namespace OrionPlatform.Services.Tests;

/// <summary>What is over leaves the tables after its time; what runs, and what happened, stays.</summary>
public sealed class FinishedAllocationTests : IDisposable
{

    private readonly DomainUnderTest _domain = new();

    private DomainStore Store => _domain.Store;

    public void Dispose() => _domain.Dispose();

    [Fact]
    public async Task A_finished_allocation_leaves_with_its_tasks_and_its_facts_stay()
    {
        var node = (await Store.WriteAsync(tx => Nodes.RegisterAsync(tx, new NodeOffer("n", 64, ["sleeper"])))).NodeId;
        var released = await StartedAsync(node);
        var running = await StartedAsync(node);
        await Store.WriteAsync(tx => Allocations.BeginReleaseAsync(tx, "pr_1", released));
        await Store.WriteAsync(tx => AllocationRelease.AdvanceAsync(tx, released));
        var stop = Assert.Single(await Store.WriteAsync(tx => NodeTasks.ClaimAsync(tx, node, [], 1)));
        await Store.WriteAsync(tx =>
            NodeTasks.ReportAsync(tx, node, new TaskReport(stop.Id, stop.FencingToken, TaskReport.Stopped)));
        var facts = await CountAsync("journal");

        _domain.Time.Advance(TimeSpan.FromDays(29));
        Assert.Equal(0, await PruneAsync());
        _domain.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(1, await PruneAsync());

        Assert.Null(await Store.ReadAsync(tx => Allocations.FindAsync(tx, "pr_1", released)));
        Assert.NotNull(await Store.ReadAsync(tx => Allocations.FindAsync(tx, "pr_1", running)));
        Assert.Equal((1, 1, 0), (await CountAsync("allocations"), await CountAsync("node_tasks"), await CountAsync("job_keys")));
        Assert.Equal(facts, await CountAsync("journal"));
    }

    [Fact]
    public async Task Many_leave_in_batches_that_let_other_writes_in_between()
    {
        await Store.WriteAsync(async tx =>
        {
            for (var i = 0; i < (2 * FinishedAllocations.Batch) + 1; i++)
            {
                var allocation = await Allocations.RequestAsync(tx, Request);
                await Allocations.FailAsync(tx, allocation.Id, FailureReason.NoCapacity);
            }
        });
        _domain.Time.Advance(TimeSpan.FromDays(31));

        Assert.Equal(FinishedAllocations.Batch, await Store.WriteAsync(tx => FinishedAllocations.PruneAsync(tx, _domain.Time.GetUtcNow())));
        var round = PruneAsync();
        await Eventually.TrueAsync(
            () =>
            {
                _domain.Time.Advance(TimeSpan.FromSeconds(1));
                return round.IsCompleted;
            },
            "the rest is removed");

        Assert.Equal(FinishedAllocations.Batch + 1, await round);
        Assert.Equal(0, await CountAsync("allocations"));
    }

    [Fact]
    public async Task What_has_a_task_in_its_nodes_hands_stays()
    {
        var node = (await Store.WriteAsync(tx => Nodes.RegisterAsync(tx, new NodeOffer("n", 64, ["sleeper"])))).NodeId;
        var failed = await StartedAsync(node);
        await Store.WriteAsync(tx => Allocations.FailAsync(tx, failed, FailureReason.WorkloadExited));
        await Store.WriteAsync(tx => NodeTasks.AddAsync(tx, node, failed, NodeTask.Stop));
        _domain.Time.Advance(TimeSpan.FromDays(31));

        Assert.Equal(0, await PruneAsync());
        await Store.WriteAsync(tx => NodeTasks.CancelAsync(tx, failed));
        Assert.Equal(1, await PruneAsync());
    }

    private static AllocationRequest Request =>
        new() { TenantId = "tn_1", Tenant = "acme", ProjectId = "pr_1", Runtime = "sleeper", Slots = 1 };

    private async Task<string> StartedAsync(string node)
    {
        var allocation = await Store.WriteAsync(async tx =>
        {
            var requested = await Allocations.RequestAsync(tx, Request);
            await Allocations.BeginProvisioningAsync(tx, requested.Id);
            await Placement.PlaceAsync(tx, (await Allocations.LoadAsync(tx, requested.Id))!, tx.Now.AddMinutes(-1));
            return requested;
        });
        var task = Assert.Single(await Store.WriteAsync(tx => NodeTasks.ClaimAsync(tx, node, [], 1)));
        await Store.WriteAsync(tx =>
            NodeTasks.ReportAsync(tx, node, new TaskReport(task.Id, task.FencingToken, TaskReport.Started)));
        return allocation.Id;
    }

    private async Task<int> CountAsync(string table) =>
        (int)await Store.ReadAsync(tx => tx.QuerySingleOrDefaultAsync<long>($"SELECT count(*) FROM {table}"));

    private Task<int> PruneAsync() =>
        new FinishedRetention(Store, Options.Create(new RetentionOptions()), _domain.Time, NullLogger<FinishedRetention>.Instance)
            .PruneAsync(CancellationToken.None);
}
