using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orion.Store;
using Orion.Store.Health;

namespace Orion.Store.Tests;

/// <summary>Another process holds the database and does not let go.</summary>
[Trait("Store", "once")]
public sealed class HeldDatabaseTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Every_write_is_refused_when_it_has_waited_its_time_whatever_waited_before_it()
    {
        await using var db = await StoreUnderTest.WithNotesAsync(o => (o.BusyTimeout, o.MaxBatch) = (s_timeout, 2));
        var clock = Stopwatch.StartNew();
        using (new HeldDatabase(db.Folder.File("store.db")))
        {
            // Ten batches: one after the other they would wait ten times as long.
            var writes = Enumerable.Range(0, 20).Select(i => db.NoteAsync($"n{i}")).ToList();
            await Assert.ThrowsAsync<StoreBusyException>(() => Task.WhenAll(writes));
            Assert.All(writes, w => Assert.IsType<StoreBusyException>(w.Exception!.InnerException));
        }

        Assert.InRange(clock.Elapsed, s_timeout, 5 * s_timeout);
        await db.NoteAsync("later");
        Assert.Equal(["later"], await db.NotesAsync());
    }

    [Fact]
    public async Task A_write_that_came_later_is_not_refused_with_one_that_has_waited_its_time()
    {
        await using var db = await StoreUnderTest.WithNotesAsync(o => o.BusyTimeout = s_timeout);
        List<Task<int>> late = [];
        using (new HeldDatabase(db.Folder.File("store.db")))
        {
            var early = db.NoteAsync("early");
            var refused = Eventually.TrueAsync(
                () =>
                {
                    late.Add(db.NoteAsync($"late{late.Count}"));
                    return early.IsCompleted;
                },
                "the first is refused");
            await Assert.ThrowsAsync<StoreBusyException>(() => early);
            await refused;
        }

        Assert.Equal(1, await late[^1]);
    }

    [Fact]
    public async Task The_store_is_unhealthy_while_it_is_held_and_healthy_when_it_is_free_again()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        var check = new StoreHealthCheck(db.Store, db.Time);
        db.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(new HealthCheckContext())).Status);

        db.Time.Advance(TimeSpan.FromSeconds(5));
        using (new HeldDatabase(db.Folder.File("store.db")))
        {
            for (var round = 0; round < 3; round++)
            {
                var asked = check.CheckHealthAsync(new HealthCheckContext());
                db.Time.Advance(TimeSpan.FromSeconds(2));
                var answer = await asked;
                Assert.Equal(HealthStatus.Unhealthy, answer.Status);
                Assert.Contains("does not take writes", answer.Description, StringComparison.Ordinal);
            }
        }

        await Eventually.TrueAsync(async () =>
            (await check.CheckHealthAsync(new HealthCheckContext())).Status == HealthStatus.Healthy, "it is healthy again");
        await db.NoteAsync("later");
    }

    [Fact]
    public async Task Asking_for_health_often_costs_one_empty_transaction_a_second_and_none_beside_writes()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        var check = new StoreHealthCheck(db.Store, db.Time);
        await db.NoteAsync("just now");
        var commits = db.Store.Commits;
        await AskAsync(check);
        Assert.Equal(commits, db.Store.Commits);

        db.Time.Advance(TimeSpan.FromSeconds(5));
        var written = new FileInfo(db.Folder.File("store.db-wal")).Length;
        await AskAsync(check);
        Assert.Equal(commits + 1, db.Store.Commits);
        Assert.Equal(written, new FileInfo(db.Folder.File("store.db-wal")).Length);
    }

    private static async Task AskAsync(StoreHealthCheck check) => Assert.All(
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => check.CheckHealthAsync(new HealthCheckContext()))),
        answer => Assert.Equal(HealthStatus.Healthy, answer.Status));
}
