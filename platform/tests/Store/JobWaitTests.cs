using Orion.Store.Jobs;

namespace Orion.Store.Tests;

public sealed class JobWaitTests
{
    private static readonly string[] s_kinds = ["work"];
    private static readonly TimeSpan s_long = TimeSpan.FromDays(2);

    [Fact]
    public async Task A_waiting_worker_is_woken_by_a_job_from_another_process()
    {
        await using var worker = StoreUnderTest.Open();
        await using var api = worker.Beside();
        var waiting = new JobQueue(worker.Store).WaitAsync(s_kinds, s_long);
        await EnqueueAsync(api, null);

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Single(await new JobQueue(worker.Store).ClaimAsync("w", s_kinds, 1));
    }

    [Fact]
    public async Task A_job_that_came_between_the_claim_and_the_wait_is_not_slept_through()
    {
        await using var db = StoreUnderTest.Open();
        var queue = new JobQueue(db.Store);
        Assert.Empty(await queue.ClaimAsync("w", s_kinds, 1));
        await EnqueueAsync(db, null);

        await queue.WaitAsync(s_kinds, s_long).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_scheduled_job_and_an_ended_lease_wake_by_the_clock()
    {
        await using var db = StoreUnderTest.Open();
        var queue = new JobQueue(db.Store);
        await EnqueueAsync(db, db.Time.GetUtcNow().AddMinutes(3));
        var scheduled = queue.WaitAsync(s_kinds, s_long);
        await AdvanceUntilDoneAsync(db, scheduled, TimeSpan.FromMinutes(3));
        Assert.Single(await queue.ClaimAsync("w", s_kinds, 1));

        var lease = queue.WaitAsync(s_kinds, s_long);
        await AdvanceUntilDoneAsync(db, lease, JobQueue.Lease);
        Assert.Single(await queue.ClaimAsync("w2", s_kinds, 1));
    }

    [Fact]
    public async Task Other_kinds_and_other_commits_do_not_end_the_wait()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        var queue = new JobQueue(db.Store);
        var waiting = queue.WaitAsync(["other"], TimeSpan.FromMinutes(1));
        await db.NoteAsync("a");
        await EnqueueAsync(db, null);
        await queue.WaitAsync(s_kinds, s_long).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(waiting.IsCompleted);

        await AdvanceUntilDoneAsync(db, waiting, TimeSpan.FromMinutes(1));
    }

    [Fact]
    [Trait("Store", "once")]
    public async Task An_empty_claim_changes_nothing_and_wakes_nobody()
    {
        await using var db = StoreUnderTest.Open();
        var before = await db.Store.VersionAsync();

        Assert.Empty(await new JobQueue(db.Store).ClaimAsync("w", s_kinds, 1));
        Assert.Equal(before, await db.Store.VersionAsync());
    }

    // The clock moves by one jump a look: the wait's timer may be armed after a jump, and then the next one fires it.
    private static async Task AdvanceUntilDoneAsync(StoreUnderTest db, Task waiting, TimeSpan by)
    {
        await Eventually.TrueAsync(
            () =>
            {
                db.Time.Advance(by);
                return waiting.IsCompleted;
            },
            "the wait ends");
        await waiting;
    }

    private static Task<string?> EnqueueAsync(StoreUnderTest db, DateTimeOffset? runAt) =>
        db.Store.WriteAsync(tx => tx.EnqueueAsync(new JobRequest { Kind = "work", Subject = "note/a", RunAt = runAt }));
}
