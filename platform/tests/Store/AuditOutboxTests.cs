using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orion.Store;
using Orion.Store.Audit;
using Orion.Store.Health;
using Orion.Store.Jobs;
using Orion.Store.Journal;
using Orion.Store.Sql;

namespace Orion.Store.Tests;

/// <summary>Audit entries are committed with what they tell of, and stay until they are removed.</summary>
public sealed class AuditOutboxTests
{
    [Fact]
    public async Task An_entry_is_there_exactly_when_its_change_is()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        await db.Store.WriteAsync(tx => NoteAsync(tx, "kept"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Store.WriteAsync(async tx =>
        {
            await NoteAsync(tx, "undone");
            throw new InvalidOperationException("Not after all.");
        }));

        Assert.Equal(["kept"], await db.NotesAsync());
        Assert.Equal(["""{"id":"kept"}"""], (await EntriesAsync(db)).Select(e => e.Entry));
    }

    [Fact]
    public async Task Entries_come_in_the_order_of_their_commits_and_a_removed_position_is_not_used_again()
    {
        await using var db = StoreUnderTest.Open();
        await AddAsync(db, "a");
        await AddAsync(db, "b");
        var first = await EntriesAsync(db);
        await db.Store.WriteAsync(tx => tx.RemoveAuditEntriesAsync(first[^1].Position));
        await AddAsync(db, "c");

        // What another process that had read the first two removes now is not the third.
        await db.Store.WriteAsync(tx => tx.RemoveAuditEntriesAsync(first[^1].Position));
        Assert.Equal("c", Assert.Single(await EntriesAsync(db)).Entry[7..8]);
    }

    [Fact]
    public async Task Who_copies_entries_is_told_after_commits_that_have_some_and_no_others()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        var told = 0;
        db.Store.AuditEntriesCommitted += (_, _) => Interlocked.Increment(ref told);
        await db.NoteAsync("without");
        Assert.Equal(0, told);
        await AddAsync(db, "with");
        Assert.Equal(1, told);
    }

    [Fact]
    public async Task What_is_no_JSON_object_is_refused()
    {
        await using var db = StoreUnderTest.Open();
        await Assert.ThrowsAnyAsync<Exception>(() => db.Store.WriteAsync(tx => tx.AppendAuditEntryAsync("[1]")));
        await Assert.ThrowsAnyAsync<Exception>(() => db.Store.WriteAsync(tx => tx.AppendAuditEntryAsync("{")));
        Assert.Empty(await EntriesAsync(db));
    }

    [Fact]
    [Trait("Store", "once")]
    public async Task That_entries_can_be_removed_does_not_make_a_full_store_healthy()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        await AddAsync(db, "a");
        await db.Store.WriteAsync(tx => tx.ExecuteAsync("PRAGMA max_page_count = 1"));
        await Assert.ThrowsAsync<StoreFailedException>(() => db.NoteAsync(new string('x', 100_000)));
        await db.Store.WriteAsync(tx => tx.RemoveAuditEntriesAsync(1));

        Assert.Empty(await EntriesAsync(db));
        Assert.Equal(HealthStatus.Unhealthy,
            (await new StoreHealthCheck(db.Store, db.Time).CheckHealthAsync(new HealthCheckContext())).Status);
    }

    [Fact]
    public async Task An_entry_that_is_set_aside_is_out_of_the_way_once_and_kept_as_it_was_with_why()
    {
        await using var db = StoreUnderTest.Open();
        await AddAsync(db, "a");
        await AddAsync(db, "b");
        await AddAsync(db, "c");
        var position = (await EntriesAsync(db))[1].Position;
        Assert.True(await db.Store.WriteAsync(tx => tx.SetAuditEntryAsideAsync(position, "Not to be read.")));
        Assert.False(await db.Store.WriteAsync(tx => tx.SetAuditEntryAsideAsync(position, "Not to be read, says another.")));

        Assert.Equal(["a", "c"], (await EntriesAsync(db)).Select(e => e.Entry[7..8]));
        await db.Store.WriteAsync(tx => tx.RemoveAuditEntriesAsync(position + 1));
        var aside = await db.Store.ReadAsync(tx => tx.AuditSetAsideAsync(10));
        Assert.Equal(1, aside.Count);
        var at = DateTimeOffset.FromUnixTimeMilliseconds(db.Time.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.Equal(new AuditSetAside(position, """{"id":"b"}""", "Not to be read.", at), Assert.Single(aside.Newest));
    }

    private static async Task NoteAsync(WriteTransaction tx, string id)
    {
        await tx.ExecuteAsync("INSERT INTO notes (id) VALUES (@id)", new { id });
        await tx.AppendAuditEntryAsync($$"""{"id":"{{id}}"}""");
    }

    private static Task AddAsync(StoreUnderTest db, string id) =>
        db.Store.WriteAsync(tx => tx.AppendAuditEntryAsync($$"""{"id":"{{id}}"}"""));

    private static async Task<IReadOnlyList<AuditOutboxEntry>> EntriesAsync(StoreUnderTest db)
    {
        await db.SettledAsync();
        return await db.Store.ReadAsync(tx => tx.AuditOutboxAsync(100));
    }
}
