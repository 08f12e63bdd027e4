using System.Diagnostics;
using Orion.Store;
using Orion.Store.Idempotency;
using Orion.Store.Jobs;
using Orion.Store.Journal;
using OrionPlatform.Domain;

namespace OrionPlatform.Services.Tests;

/// <summary>What the journal tells of an allocation is what its row was, at every step.</summary>
public sealed class AllocationHistoryTests : IDisposable
{
    private readonly DomainUnderTest _domain = new();
    private readonly List<Allocation> _rows = [];

    public void Dispose() => _domain.Dispose();

    [Fact]
    public async Task Its_steps_are_the_rows_it_had_and_each_says_which_span_made_it()
    {
        using var cause = new Activity("cause").SetIdFormat(ActivityIdFormat.W3C).Start();
        cause.SetCustomProperty(Cause.CorrelationIdProperty, "c-1");
        var node = (await WriteAsync(tx => Nodes.RegisterAsync(tx, new NodeOffer("n", 64, ["sleeper"])))).NodeId;
        var asked = new AllocationRequest { TenantId = "tn_1", Tenant = "acme", ProjectId = "pr_1", Runtime = "sleeper", Slots = 2 };
        var id = (await WriteAsync(tx => Allocations.RequestAsync(tx, asked))).Id;
        await NoteAsync(id);
        var provisioning = await WriteAsync(tx => Allocations.BeginProvisioningAsync(tx, id));
        await NoteAsync(id);
        Assert.Equal(node, await WriteAsync(tx => Placement.PlaceAsync(tx, provisioning!, DateTimeOffset.UnixEpoch)));
        await NoteAsync(id);
        await WriteAsync(tx => Allocations.ActivateAsync(tx, id));
        await NoteAsync(id);
        await WriteAsync(tx => Allocations.FailAsync(tx, id, FailureReason.NodeLost));
        await NoteAsync(id);

        var steps = (await _domain.Store.ReadAsync(tx => AllocationHistory.ReadAsync(tx, "pr_1", id)))!;

        Assert.Equal(_rows, steps.Select(s => s.Allocation));
        Assert.Equal(["requested", "provisioning", "provisioning", "active", "failed"], _rows.Select(r => r.State));
        Assert.Equal([false, false, false, false, true], _rows.Select(r => r.IsFinal));
        Assert.All(steps, s =>
            Assert.Equal((cause.Id, cause.TraceId.ToHexString(), "c-1"), (s.Entry.TraceParent, s.Entry.TraceId, s.Entry.CorrelationId)));
        Assert.Null(await _domain.Store.ReadAsync(tx => AllocationHistory.ReadAsync(tx, "pr_2", id)));
    }

    private async Task<T> WriteAsync<T>(Func<WriteTransaction, Task<T>> work)
    {
        _domain.Time.Advance(TimeSpan.FromSeconds(1));
        return await _domain.Store.WriteAsync(work);
    }

    private async Task NoteAsync(string id) => _rows.Add((await _domain.Store.ReadAsync(tx => Allocations.LoadAsync(tx, id)))!);
}
