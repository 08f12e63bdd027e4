using Orion.Store;
using Orion.Store.Journal;
using OrionPlatform.Domain;

namespace OrionPlatform.Services.Tests;

/// <summary>Allocations come to an end whatever happens to their node, on a clock that the test moves.</summary>
public sealed class StuckAllocationTests : IDisposable
{
    private readonly DomainUnderTest _domain = new();

    private DomainStore Store => _domain.Store;

    private FakeTimeProvider Time => _domain.Time;

    public void Dispose() => _domain.Dispose();

    [Fact]
    public async Task The_node_with_most_free_slots_is_chosen_among_those_that_live_and_offer_the_runtime()
    {
        var small = await NodeAsync("small", 2);
        var large = await NodeAsync("large", 4);
        await NodeAsync("other", 64, "other");
        Assert.Equal(large, (await PlacedAsync(3)).NodeId);
        Assert.Equal(small, (await PlacedAsync(2)).NodeId);
        Assert.Equal(large, (await PlacedAsync(1)).NodeId);
        Assert.Null((await PlacedAsync(1)).NodeId);

        Time.Advance(TimeSpan.FromSeconds(60));
        await NodeAsync("fresh", 1);
        Assert.Null((await PlacedAsync(2)).NodeId);
    }

    [Fact]
    public async Task When_its_node_is_lost_an_allocation_fails_and_its_tasks_are_taken_back()
    {
        var node = await NodeAsync("n1", 4);
        var starting = await PlacedAsync(1);
        var releasing = await PlacedAsync(1);
        var task = Assert.Single(await Store.WriteAsync(tx => NodeTasks.ClaimAsync(tx, node, [], 1)));
        await Store.WriteAsync(tx => Allocations.BeginReleaseAsync(tx, "pr_1", releasing.Id));
        Time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(node,
            Assert.Single(await Store.WriteAsync(tx => Nodes.MarkLostAsync(tx, Time.GetUtcNow().AddSeconds(-30)))));

        await SweepAsync(DateTimeOffset.UnixEpoch);

        Assert.Equal((AllocationState.Failed, FailureReason.NodeLost), await StateAsync(starting.Id));
        Assert.Equal((AllocationState.Released, null), await StateAsync(releasing.Id));
        Assert.Equal(ReportResult.LeaseLost,
            await Store.WriteAsync(tx => NodeTasks.ReportAsync(tx, node, new TaskReport(task.Id, task.FencingToken, TaskReport.Started))));
        var desired = await Store.ReadAsync(tx => Nodes.DesiredAsync(tx, node, [starting.Id]));
        Assert.Equal(starting.Id, Assert.Single(desired.Stop));
    }

    [Fact]
    public async Task A_start_that_is_never_reported_times_out_and_a_lack_of_room_is_said()
    {
        await NodeAsync("n1", 1);
        var placed = await PlacedAsync(1);
        var waiting = await PlacedAsync(1);
        Time.Advance(TimeSpan.FromMinutes(2));
        await SweepAsync(Time.GetUtcNow().AddMinutes(-3));
        Assert.Equal((AllocationState.Provisioning, null), await StateAsync(placed.Id));

        await SweepAsync(Time.GetUtcNow().AddMinutes(-1));
        Assert.Equal((AllocationState.Failed, FailureReason.StartTimedOut), await StateAsync(placed.Id));
        Assert.Equal((AllocationState.Failed, FailureReason.NoCapacity), await StateAsync(waiting.Id));
    }

    [Fact]
    public async Task A_release_before_the_start_was_handed_out_needs_no_node_and_one_after_it_waits_for_its_end()
    {
        var node = await NodeAsync("n1", 4);
        var early = await PlacedAsync(1);
        Assert.Equal(AllocationState.Released, (await ReleaseAsync(early.Id))!.State);

        var late = await PlacedAsync(1);
        var start = Assert.Single(await Store.WriteAsync(tx => NodeTasks.ClaimAsync(tx, node, [], 8)));
        Assert.Equal(late.Id, start.AllocationId);
        Assert.Equal(AllocationState.Releasing, (await ReleaseAsync(late.Id))!.State);
        Assert.Empty(await Store.WriteAsync(tx => NodeTasks.ClaimAsync(tx, node, [start.Id], 8)));

        Assert.Equal(ReportResult.Accepted, await ReportAsync(node, start, TaskReport.Started));
        Assert.Equal((AllocationState.Releasing, null), await StateAsync(late.Id));
        var stop = Assert.Single(await Store.WriteAsync(tx => NodeTasks.ClaimAsync(tx, node, [], 8)));
        Assert.Equal(NodeTask.Stop, stop.Kind);
        Assert.Equal(ReportResult.Accepted, await ReportAsync(node, stop, TaskReport.Stopped));
        Assert.Equal((AllocationState.Released, null), await StateAsync(late.Id));
    }

    [Fact]
    public async Task A_change_that_does_not_fit_the_state_changes_nothing_and_tells_nothing()
    {
        await NodeAsync("n1", 4);
        var allocation = await PlacedAsync(1);
        await Store.WriteAsync(tx => Allocations.FailAsync(tx, allocation.Id, FailureReason.StartFailed));
        var before = await Store.ReadAsync(tx => tx.FactsOfAsync(allocation.Subject));

        Assert.Null(await Store.WriteAsync(tx => Allocations.ActivateAsync(tx, allocation.Id)));
        Assert.Null(await Store.WriteAsync(tx => Allocations.ReleasedAsync(tx, allocation.Id)));
        Assert.Null(await Store.WriteAsync(tx => Allocations.FailAsync(tx, allocation.Id, FailureReason.NodeLost)));
        Assert.Null(await Store.WriteAsync(tx => Allocations.BeginProvisioningAsync(tx, allocation.Id)));

        Assert.Equal((AllocationState.Failed, FailureReason.StartFailed), await StateAsync(allocation.Id));
        Assert.Equal(before.Count, (await Store.ReadAsync(tx => tx.FactsOfAsync(allocation.Subject))).Count);
    }

    private async Task<string> NodeAsync(string name, int slots, string runtime = "sleeper") =>
        (await Store.WriteAsync(tx => Nodes.RegisterAsync(tx, new NodeOffer(name, slots, [runtime])))).NodeId;

    private Task<Allocation> PlacedAsync(int slots) => Store.WriteAsync(async tx =>
    {
        var request = new AllocationRequest { TenantId = "tn_1", Tenant = "acme", ProjectId = "pr_1", Runtime = "sleeper", Slots = slots };
        var allocation = await Allocations.RequestAsync(tx, request);
        await Allocations.BeginProvisioningAsync(tx, allocation.Id);
        var provisioning = await Allocations.LoadAsync(tx, allocation.Id);
        await Placement.PlaceAsync(tx, provisioning!, tx.Now.AddSeconds(-15));
        return (await Allocations.LoadAsync(tx, allocation.Id))!;
    });

    private Task<Allocation?> ReleaseAsync(string id) => Store.WriteAsync(async tx =>
    {
        await Allocations.BeginReleaseAsync(tx, "pr_1", id);
        return await AllocationRelease.AdvanceAsync(tx, id);
    });

    private Task<ReportResult> ReportAsync(string node, NodeTask task, string outcome) =>
        Store.WriteAsync(tx => NodeTasks.ReportAsync(tx, node, new TaskReport(task.Id, task.FencingToken, outcome)));

    private async Task SweepAsync(DateTimeOffset movingSince)
    {
        foreach (var stuck in await Store.ReadAsync(tx => StuckAllocations.FindAsync(tx, movingSince)))
        {
            await Store.WriteAsync(tx => StuckAllocations.ResolveAsync(tx, stuck.Id, movingSince));
        }
    }

    private async Task<(string State, string? Reason)> StateAsync(string id)
    {
        var allocation = await Store.ReadAsync(tx => Allocations.LoadAsync(tx, id));
        return (allocation!.State, allocation.Reason);
    }
}
