using Orion.Store;
using Orion.Store.Jobs;
using Orion.Store.Leadership;

namespace Orion.Store.Tests;

/// <summary>Of all processes of a store one has a role, and one that lost it has no effect any more.</summary>
public sealed class LeaderLeaseTests
{
    [Fact]
    public async Task Of_many_who_ask_at_once_one_leads_and_the_others_do_when_it_has_stopped_asking()
    {
        await using var db = StoreUnderTest.Open();
        await using var other = db.Beside();
        var candidates = Enumerable.Range(0, 8)
            .Select(i => new LeaderLease((i % 2 == 0 ? db : other).Store, "retention", db.Time)).ToArray();

        var first = await Task.WhenAll(candidates.Select(c => c.TryLeadAsync()));
        Assert.Single(first, leads => leads);

        // It goes on asking, and stays.
        var leader = candidates[Array.IndexOf(first, true)];
        for (var i = 0; i < 10; i++)
        {
            db.Time.Advance(LeaderLease.Duration / 2);
            Assert.True(await leader.TryLeadAsync());
            Assert.False(await candidates.First(c => c != leader).TryLeadAsync());
        }

        db.Time.Advance(LeaderLease.Duration);
        Assert.Single(await Task.WhenAll(candidates.Where(c => c != leader).Select(c => c.TryLeadAsync())), leads => leads);
        Assert.False(await leader.TryLeadAsync());
    }

    [Fact]
    public async Task What_a_leader_does_that_stood_still_until_another_led_is_undone()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        var (asleep, awake) = (new LeaderLease(db.Store, "retention", db.Time), new LeaderLease(db.Store, "retention", db.Time));
        Assert.True(await asleep.TryLeadAsync());
        await WriteAsync(db, asleep, "in its time");
        db.Time.Advance(LeaderLease.Duration);
        await Assert.ThrowsAsync<LeaseLostException>(() => WriteAsync(db, asleep, "too late"));

        Assert.True(await awake.TryLeadAsync());
        await Assert.ThrowsAsync<LeaseLostException>(() => WriteAsync(db, asleep, "much too late"));
        await WriteAsync(db, awake, "its successor");
        Assert.Equal(["in its time", "its successor"], await db.NotesAsync());
    }

    [Fact]
    public async Task Roles_are_independent_and_who_never_led_has_no_effect()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        var (one, two) = (new LeaderLease(db.Store, "retention", db.Time), new LeaderLease(db.Store, "reconciliation", db.Time));
        Assert.True(await one.TryLeadAsync());
        Assert.True(await two.TryLeadAsync());

        var never = new LeaderLease(db.Store, "retention", db.Time);
        await Assert.ThrowsAsync<LeaseLostException>(() => WriteAsync(db, never, "no"));
        Assert.Empty(await db.NotesAsync());
    }

    private static Task WriteAsync(StoreUnderTest db, LeaderLease lease, string note) => db.Store.WriteAsync(async tx =>
    {
        await tx.ExecuteAsync("INSERT INTO notes (id) VALUES (@note)", new { note });
        await tx.CheckLeaderAsync(lease);
    });
}
