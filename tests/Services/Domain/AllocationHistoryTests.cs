using Orion.Store;
using Orion.Store.Idempotency;
using Orion.Store.Jobs;
using Orion.Store.Journal;
using Orion.Telemetry.Correlation;
using Orion.Telemetry.Propagation;
using OrionPlatform.Domain;

namespace OrionPlatform.Services.Tests;

/// <summary>What the journal tells of an allocation is what its row was, at every step.</summary>
public sealed class AllocationHistoryTests : IDisposable
{
    private const string Cause = "00-12345678901234567890123456789012-1234567890123456-01";
    private readonly DomainUnderTest _domain = new();
    private readonly List<Allocation> _rows = [];

    public void Dispose() => _domain.Dispose();

    [Fact]
    public async Task Its_steps_are_the_rows_it_had_and_each_says_which_span_made_it()
    {
        var origin = new Origin(Cause, "c-1");
        var node = (await WriteAsync(tx => Nodes.RegisterAsync(tx, new NodeOffer("n", 64, ["sleeper"]), Origin.None))).NodeId;
        var asked = new AllocationRequest { TenantId = "tn_1", Tenant = "acme", ProjectId = "pr_1", Runtime = "sleeper", Slots = 2 };
        var allocation = await WriteAsync(async tx =>
        {
            var requested = await Allocations.RequestAsync(tx, asked, origin);
            await Allocations.AnnounceAsync(tx, requested, origin);
            return requested;
        });
        var id = allocation.Id;
        await NoteAsync(id);
        var provisioning = await WriteAsync(tx => Allocations.BeginProvisioningAsync(tx, id, origin));
        await NoteAsync(id);
        Assert.Equal(node, await WriteAsync(tx => Placement.PlaceAsync(tx, provisioning!, DateTimeOffset.UnixEpoch, origin)));
        await NoteAsync(id);
        await WriteAsync(tx => Allocations.ActivateAsync(tx, id, origin));
        await NoteAsync(id);
        await WriteAsync(tx => Allocations.FailAsync(tx, id, FailureReason.NodeLost, origin));
        await NoteAsync(id);

        var steps = (await _domain.Store.ReadAsync(tx => AllocationHistory.ReadAsync(tx, "pr_1", id)))!;

        Assert.Equal(_rows, steps.Select(s => s.Allocation));
        Assert.Equal(["requested", "provisioning", "provisioning", "active", "failed"], _rows.Select(r => r.State));
        Assert.Equal([false, false, false, false, true], _rows.Select(r => r.IsFinal));
        Assert.All(steps, s => Assert.Equal((Cause, "12345678901234567890123456789012", "c-1"), (s.Entry.Fact.TraceParent, s.Entry.Fact.TraceId, s.Entry.Fact.CorrelationId)));
        Assert.Null(await _domain.Store.ReadAsync(tx => AllocationHistory.ReadAsync(tx, "pr_2", id)));
    }

    private async Task<T> WriteAsync<T>(Func<WriteTransaction, Task<T>> work)
    {
        _domain.Time.Advance(TimeSpan.FromSeconds(1));
        return await _domain.Store.WriteAsync(work);
    }

    private async Task NoteAsync(string id) => _rows.Add((await _domain.Store.ReadAsync(tx => Allocations.LoadAsync(tx, id)))!);
}
