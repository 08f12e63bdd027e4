using System.Diagnostics;
using Orion.Store;
using Orion.Store.Jobs;

namespace Orion.Store.Tests;

public sealed class JobTests
{
    private static readonly string[] s_kinds = ["work"];

    [Fact]
    public async Task A_job_becomes_visible_with_its_cause_and_only_when_that_commits()
    {
        await using var db = StoreUnderTest.Open();
        var queue = new JobQueue(db.Store);
        await Assert.ThrowsAsync<FormatException>(() => db.Store.WriteAsync(async tx =>
        {
            await tx.EnqueueAsync(Job("undone"));
            throw new FormatException();
        }));
        Assert.Empty(await queue.ClaimAsync("w", s_kinds, 10));

        using var activity = new Activity("cause").SetIdFormat(ActivityIdFormat.W3C).Start();
        activity.SetCustomProperty(Cause.CorrelationIdProperty, "c-1");
        activity.SetCustomProperty(Cause.TenantIdProperty, "tn_1");
        activity.SetCustomProperty(Cause.TenantProperty, "acme");
        var request = Job("a") with { Payload = """{"x":1}""", Priority = 3, MaxDuration = TimeSpan.FromMinutes(2) };
        var id = await db.Store.WriteAsync(tx => tx.EnqueueAsync(request));
        var lease = Assert.Single(await queue.ClaimAsync("w", s_kinds, 10));

        Assert.Equal((id, 1, db.Time.GetUtcNow(), db.Time.GetUtcNow() + JobQueue.Lease),
            (lease.Id, lease.Attempt, lease.EnqueuedAt, lease.LeaseUntil));
        Assert.Equal(request with { TenantId = "tn_1", RunAt = db.Time.GetUtcNow() }, lease.Request);
        Assert.Equal(new Cause(activity.Id, "c-1", "tn_1", "acme"), lease.Cause);

        await db.Store.WriteAsync(tx => tx.EnqueueAsync(Job("of another") with { TenantId = "tn_2" }));
        Assert.Equal(new Cause(activity.Id, "c-1", "tn_2", null), Assert.Single(await queue.ClaimAsync("w", s_kinds, 10)).Cause);
    }

    [Fact]
    public async Task A_claimed_job_is_nobody_elses_and_a_done_one_is_gone()
    {
        await using var db = StoreUnderTest.Open();
        var queue = new JobQueue(db.Store);
        await EnqueueAsync(db, Job("a"));
        var lease = Assert.Single(await queue.ClaimAsync("w1", s_kinds, 10));
        Assert.Empty(await queue.ClaimAsync("w2", s_kinds, 10));
        await db.Store.WriteAsync(tx => tx.CompleteAsync(lease));

        db.Time.Advance(TimeSpan.FromDays(1));
        Assert.Empty(await queue.ClaimAsync("w1", s_kinds, 10));
        Assert.Empty(await queue.DepthAsync());
    }

    [Fact]
    public async Task Only_jobs_of_the_asked_kinds_are_claimed()
    {
        await using var db = StoreUnderTest.Open();
        var queue = new JobQueue(db.Store);
        await EnqueueAsync(db, Job("a"), Job("b") with { Kind = "other" });

        Assert.Equal("note/a", Assert.Single(await queue.ClaimAsync("w", s_kinds, 10)).Request.Subject);
        Assert.Equal("note/b", Assert.Single(await queue.ClaimAsync("w", ["other", "third"], 10)).Request.Subject);
    }

    [Fact]
    public async Task A_lost_lease_has_no_effect()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        var queue = new JobQueue(db.Store);
        await EnqueueAsync(db, Job("a"));
        var slow = Assert.Single(await queue.ClaimAsync("slow", s_kinds, 1));
        db.Time.Advance(JobQueue.Lease);
        var quick = Assert.Single(await queue.ClaimAsync("quick", s_kinds, 1));
        Assert.True(quick.FencingToken > slow.FencingToken);
        Assert.Equal(2, quick.Attempt);

        await Assert.ThrowsAsync<LeaseLostException>(() => db.Store.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("INSERT INTO notes (id) VALUES ('slow')");
            await tx.CompleteAsync(slow);
        }));
        await Assert.ThrowsAsync<LeaseLostException>(() => queue.BeatAsync(slow));
        await Assert.ThrowsAsync<LeaseLostException>(() => queue.FailAsync(slow, "x", "x"));
        await db.Store.WriteAsync(async tx =>
        {
            await tx.CheckLeaseAsync(quick);
            await tx.ExecuteAsync("INSERT INTO notes (id) VALUES ('quick')");
            await tx.CompleteAsync(quick);
        });
        Assert.Equal(["quick"], await db.NotesAsync());
        await Assert.ThrowsAsync<LeaseLostException>(() => db.Store.WriteAsync(tx => tx.CompleteAsync(quick)));
    }

    [Fact]
    public async Task A_lost_lease_undoes_the_write_even_when_the_closure_swallows_it()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        var queue = new JobQueue(db.Store);
        await EnqueueAsync(db, Job("a"));
        var lease = Assert.Single(await queue.ClaimAsync("w", s_kinds, 1));
        db.Time.Advance(JobQueue.Lease);

        await Assert.ThrowsAsync<LeaseLostException>(() => db.Store.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("INSERT INTO notes (id) VALUES ('x')");
            await Record.ExceptionAsync(() => tx.CheckLeaseAsync(lease));
        }));
        Assert.Empty(await db.NotesAsync());
    }

    [Fact]
    public async Task Beats_keep_a_lease_until_the_attempt_has_taken_too_long()
    {
        await using var db = StoreUnderTest.Open();
        var queue = new JobQueue(db.Store);
        await EnqueueAsync(db, Job("a") with { MaxDuration = TimeSpan.FromSeconds(30), MaxAttempts = 1 });
        var lease = Assert.Single(await queue.ClaimAsync("w", s_kinds, 1));
        for (var beats = 0; beats < 5; beats++)
        {
            db.Time.Advance(JobQueue.Beat);
            lease = await queue.BeatAsync(lease);
            Assert.Empty(await queue.ClaimAsync("other", s_kinds, 1));
        }

        db.Time.Advance(JobQueue.Beat);
        await Assert.ThrowsAsync<LeaseLostException>(() => queue.BeatAsync(lease));
        Assert.Equal("max_duration_exceeded", Assert.Single(await queue.DeadLettersAsync(10)).ErrorCode);
    }

    [Fact]
    public async Task A_failed_attempt_comes_back_later_and_the_last_one_is_a_dead_letter_that_can_be_redriven()
    {
        await using var db = StoreUnderTest.Open();
        var queue = new JobQueue(db.Store, new Random(1));
        using (var cause = new Activity("cause").SetIdFormat(ActivityIdFormat.W3C).Start())
        {
            cause.SetCustomProperty(Cause.CorrelationIdProperty, "c-1");
            await EnqueueAsync(db, Job("a") with { MaxAttempts = 3 });
        }

        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var lease = Assert.Single(await queue.ClaimAsync("w", s_kinds, 1));
            Assert.Equal(attempt, lease.Attempt);
            await queue.FailAsync(lease, "no_node", $"attempt {attempt}");
            Assert.Empty(await queue.ClaimAsync("w", s_kinds, 1));
            db.Time.Advance(TimeSpan.FromSeconds(1 << attempt));
        }

        Assert.Empty(await queue.ClaimAsync("w", s_kinds, 1));
        var dead = Assert.Single(await queue.DeadLettersAsync(10));
        Assert.Equal(("note/a", 3, "no_node", "attempt 3", "c-1"),
            (dead.Subject, dead.Attempts, dead.ErrorCode, dead.Error, dead.CorrelationId));

        Assert.True(await queue.RedriveAsync(dead.Id));
        Assert.False(await queue.RedriveAsync(dead.Id));
        Assert.Equal(1, Assert.Single(await queue.ClaimAsync("w", s_kinds, 1)).Attempt);
    }

    [Fact]
    public void Backoff_is_spread_over_the_whole_range_and_has_a_cap()
    {
        var random = new Random(7);
        var delays = Enumerable.Range(0, 2000).Select(_ => Backoff.After(4, random).TotalSeconds).ToArray();
        Assert.InRange(delays.Min(), 0, 0.1);
        Assert.InRange(delays.Max(), 7.9, 8);
        Assert.InRange(delays.Average(), 3.8, 4.2);
        Assert.All(Enumerable.Range(0, 200), _ => Assert.InRange(Backoff.After(60, random), TimeSpan.Zero, TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public async Task A_job_that_kills_its_workers_ends_as_a_dead_letter()
    {
        await using var db = StoreUnderTest.Open();
        var queue = new JobQueue(db.Store);
        await EnqueueAsync(db, Job("a") with { MaxAttempts = 2 });
        Assert.Single(await queue.ClaimAsync("w", s_kinds, 1));
        Assert.Equal(1, await queue.ReleaseOwnerAsync("w"));
        Assert.Equal(2, Assert.Single(await queue.ClaimAsync("w", s_kinds, 1)).Attempt);
        db.Time.Advance(JobQueue.Lease);

        Assert.Empty(await queue.ClaimAsync("w", s_kinds, 1));
        Assert.Equal("lease_expired", Assert.Single(await queue.DeadLettersAsync(10)).ErrorCode);
    }

    [Fact]
    public async Task A_restarted_worker_gets_back_only_what_it_held_itself()
    {
        await using var db = StoreUnderTest.Open();
        var queue = new JobQueue(db.Store);
        await EnqueueAsync(db, Job("a"), Job("b"));
        var mine = Assert.Single(await queue.ClaimAsync("w1", s_kinds, 1));
        Assert.Single(await queue.ClaimAsync("w2", s_kinds, 1));

        Assert.Equal(1, await queue.ReleaseOwnerAsync("w1"));
        var again = Assert.Single(await queue.ClaimAsync("w1", s_kinds, 10));
        Assert.Equal((mine.Id, 2), (again.Id, again.Attempt));
        await Assert.ThrowsAsync<LeaseLostException>(() => db.Store.WriteAsync(tx => tx.CompleteAsync(mine)));
    }

    [Fact]
    public async Task Releasing_and_snoozing_burn_no_attempt()
    {
        await using var db = StoreUnderTest.Open();
        var queue = new JobQueue(db.Store);
        await EnqueueAsync(db, Job("a"));
        await queue.ReleaseAsync(Assert.Single(await queue.ClaimAsync("w", s_kinds, 1)));
        var again = Assert.Single(await queue.ClaimAsync("w", s_kinds, 1));
        Assert.Equal(1, again.Attempt);
        await queue.SnoozeAsync(again, TimeSpan.FromMinutes(1));
        db.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(await queue.ClaimAsync("w", s_kinds, 1));
        db.Time.Advance(TimeSpan.FromSeconds(1));
        var last = Assert.Single(await queue.ClaimAsync("w", s_kinds, 1));
        Assert.Equal(1, last.Attempt);

        await queue.BuryAsync(last, "no_such_runtime", "never");
        Assert.Equal("no_such_runtime", Assert.Single(await queue.DeadLettersAsync(1)).ErrorCode);
    }

    [Fact]
    public async Task A_unique_key_is_accepted_once_ever()
    {
        await using var db = StoreUnderTest.Open();
        var queue = new JobQueue(db.Store);
        var job = Job("a") with { UniqueKey = "bill/2026-01" };
        await Assert.ThrowsAsync<FormatException>(() => db.Store.WriteAsync(async tx =>
        {
            await tx.EnqueueAsync(job);
            throw new FormatException();
        }));
        Assert.NotNull(await db.Store.WriteAsync(tx => tx.EnqueueAsync(job)));
        Assert.Null(await db.Store.WriteAsync(tx => tx.EnqueueAsync(job)));
        var lease = Assert.Single(await queue.ClaimAsync("w", s_kinds, 10));
        await db.Store.WriteAsync(tx => tx.CompleteAsync(lease));

        Assert.Null(await db.Store.WriteAsync(tx => tx.EnqueueAsync(job)));
        Assert.Empty(await queue.ClaimAsync("w", s_kinds, 10));
    }

    [Fact]
    public async Task Depth_counts_by_kind_and_state()
    {
        await using var db = StoreUnderTest.Open();
        var queue = new JobQueue(db.Store);
        await EnqueueAsync(db, Job("a"), Job("b"), Job("c"), Job("d") with { RunAt = db.Time.GetUtcNow().AddMinutes(1) },
            Job("e") with { Kind = "other" });
        db.Time.Advance(TimeSpan.FromSeconds(7));
        await queue.BuryAsync(Assert.Single(await queue.ClaimAsync("w", s_kinds, 1)), "x", "x");
        await queue.ClaimAsync("w", s_kinds, 1);
        await queue.ClaimAsync("w", ["other"], 1);

        Assert.Equal(
            [new JobDepth("other", 0, 0, 1, 0, null), new JobDepth("work", 1, 1, 1, 1, TimeSpan.FromSeconds(7))],
            await queue.DepthAsync());
    }

    [Fact]
    public async Task A_malformed_job_is_refused()
    {
        await using var db = StoreUnderTest.Open();

        await Assert.ThrowsAsync<ArgumentException>(() => EnqueueAsync(db, Job("a") with { MaxAttempts = 0 }));
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => EnqueueAsync(db, Job("a") with { Payload = "nothing" }));
        Assert.Contains("payload_is_a_json_object", refused.Message, StringComparison.Ordinal);
    }

    private static JobRequest Job(string id) => new() { Kind = "work", Subject = $"note/{id}" };

    private static Task EnqueueAsync(StoreUnderTest db, params JobRequest[] jobs) => db.Store.WriteAsync(async tx =>
    {
        foreach (var job in jobs)
        {
            await tx.EnqueueAsync(job);
        }
    });
}
