using Orion.Store;
using Orion.Store.Journal;

namespace Orion.Store.Tests;

public sealed class ManyWritersTests
{
    [Fact]
    public async Task Two_stores_on_one_database_write_at_once_and_neither_sees_the_other()
    {
        await using var one = await StoreUnderTest.WithNotesAsync();
        await using var two = one.Beside();
        var writes = Enumerable.Range(0, 400).Select(i => (i % 2 == 0 ? one : two).Store.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("INSERT INTO notes (id) VALUES (@id)", new { id = $"n{i:000}" });
            return await tx.AppendFactAsync(new JournalFact { Type = "note.made", Subject = $"note/{i}" });
        }));
        var positions = await Task.WhenAll(writes);

        Assert.Equal(400, positions.Distinct().Count());
        await one.SettledAsync();
        Assert.Equal(positions.Order(), (await two.Store.ReadAsync(tx => tx.FactsSinceAsync(0))).Select(e => e.Position));
        Assert.Equal(400, (await two.NotesAsync()).Count);
    }

    [Fact]
    public async Task A_write_waits_for_another_process_until_its_deadline_and_then_says_so()
    {
        await using var one = await StoreUnderTest.WithNotesAsync();
        await using var two = one.Beside(o => o.BusyTimeout = TimeSpan.FromMilliseconds(50));
        using var holding = new ManualResetEventSlim();
        using var hold = new ManualResetEventSlim();
        var holder = one.Store.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("INSERT INTO notes (id) VALUES ('one')");
            holding.Set();
            hold.Wait();
        });
        holding.Wait();
        try
        {
            await Assert.ThrowsAsync<StoreBusyException>(() => two.NoteAsync("one"));
        }
        finally
        {
            hold.Set();
        }

        await holder;
        await two.NoteAsync("three");
        Assert.Equal(["one", "three"], await one.NotesAsync());
    }

    [Fact]
    public async Task A_read_sees_one_snapshot_whatever_is_committed_meanwhile()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        await db.NoteAsync("a");
        using var begun = new ManualResetEventSlim();
        using var hold = new ManualResetEventSlim();
        var read = db.Store.ReadAsync(async tx =>
        {
            var before = await tx.QuerySingleOrDefaultAsync<int>("SELECT count(*) FROM notes");
            begun.Set();
            hold.Wait();
            return (before, after: await tx.QuerySingleOrDefaultAsync<int>("SELECT count(*) FROM notes"));
        });
        begun.Wait();
        await db.NoteAsync("b");
        hold.Set();

        Assert.Equal((1, 1), await read);
        Assert.Equal(2, (await db.NotesAsync()).Count);
    }

    [Fact]
    public async Task A_reader_cannot_write()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();

        await Assert.ThrowsAnyAsync<Exception>(() =>
            db.Store.ReadAsync(tx => tx.QueryAsync<string>("INSERT INTO notes (id) VALUES ('x') RETURNING id")));
        Assert.Empty(await db.NotesAsync());
    }

    [Fact]
    public async Task The_version_changes_with_every_commit_of_any_process()
    {
        await using var one = await StoreUnderTest.WithNotesAsync();
        await using var two = one.Beside();
        var before = await one.Store.VersionAsync();
        if (!StoreDatabase.IsPostgres)
        {
            // There other tests commit to the same server.
            Assert.Equal(before, await one.Store.VersionAsync());
        }

        await one.NoteAsync("a");
        var afterOwn = await one.Store.VersionAsync();
        await two.NoteAsync("b");

        Assert.NotEqual(before, afterOwn);
        await Eventually.TrueAsync(async () => await one.Store.VersionAsync() != afterOwn, "another version");
    }

    [Fact]
    public async Task Whoever_waits_for_a_change_is_woken_by_another_process()
    {
        await using var one = await StoreUnderTest.WithNotesAsync();
        await using var two = one.Beside();
        var version = await one.Store.VersionAsync();
        var waiting = one.Store.WaitForChangeAsync(version, TimeSpan.FromHours(1));
        await two.NoteAsync("a");

        Assert.NotEqual(version, await waiting.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Waiting_for_a_change_ends_with_its_timeout_or_its_token()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        var version = await db.Store.VersionAsync();
        var waiting = db.Store.WaitForChangeAsync(version, TimeSpan.FromMinutes(1));
        db.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(version, await waiting);

        using var cancel = new CancellationTokenSource();
        var cancelled = db.Store.WaitForChangeAsync(version, TimeSpan.FromMinutes(1), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
    }
}
