using Orion.Store.Jobs;

namespace Orion.Store.Tests;

public sealed class JobOrderTests
{
    private static readonly string[] s_kinds = ["work"];

    [Fact]
    public async Task A_higher_priority_goes_first_until_the_other_has_waited_long_enough()
    {
        await using var db = StoreUnderTest.Open();
        var queue = new JobQueue(db.Store);
        await EnqueueAsync(db, Job("low"));
        db.Time.Advance(TimeSpan.FromMinutes(4));
        await EnqueueAsync(db, Job("high") with { Priority = 5 });
        db.Time.Advance(TimeSpan.FromMinutes(2));
        await EnqueueAsync(db, Job("late") with { Priority = 5 });

        Assert.Equal(["note/high", "note/low", "note/late"], await SubjectsAsync(queue, 3));
    }

    [Fact]
    public async Task A_tenant_with_a_backlog_does_not_hold_up_another()
    {
        await using var db = StoreUnderTest.Open();
        var queue = new JobQueue(db.Store);
        await EnqueueAsync(db, [.. Enumerable.Range(0, 1000).Select(i => Job($"acme-{i:000}") with { TenantId = "acme" })]);
        Assert.Equal(["note/acme-000"], await SubjectsAsync(queue, 1));
        db.Time.Advance(TimeSpan.FromSeconds(10));
        await EnqueueAsync(db, Job("globex-0") with { TenantId = "globex" }, Job("globex-1") with { TenantId = "globex" });

        Assert.Equal(["note/globex-0", "note/acme-001", "note/globex-1", "note/acme-002"], await SubjectsAsync(queue, 4));

        await EnqueueAsync(db, Job("globex-2") with { TenantId = "globex" }, Job("globex-3") with { TenantId = "globex" });
        var together = await queue.ClaimAsync("w", s_kinds, 4);
        Assert.Equal(2, together.Count(l => l.Request.TenantId == "globex"));
    }

    private static JobRequest Job(string id) => new() { Kind = "work", Subject = $"note/{id}" };

    private static Task EnqueueAsync(StoreUnderTest db, params JobRequest[] jobs) => db.Store.WriteAsync(async tx =>
    {
        foreach (var job in jobs)
        {
            await tx.EnqueueAsync(job);
        }
    });

    private static async Task<IReadOnlyList<string>> SubjectsAsync(JobQueue queue, int count)
    {
        var subjects = new List<string>();
        for (var i = 0; i < count; i++)
        {
            subjects.Add(Assert.Single(await queue.ClaimAsync("w", s_kinds, 1)).Request.Subject);
        }

        return subjects;
    }
}
