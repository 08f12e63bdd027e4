using System.Diagnostics;
using Orion.Store;

namespace Orion.Store.Tests;

public sealed class WriteTests
{
    [Fact]
    public async Task An_acknowledged_write_is_there_for_the_next_read_and_the_next_process()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        await db.NoteAsync("a");

        Assert.Equal(["a"], await db.NotesAsync());
        await using var other = db.Beside();
        Assert.Equal(["a"], await other.NotesAsync());
    }

    [Fact]
    [Trait("Store", "once")]
    public async Task Writes_that_wait_share_one_commit()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        using var busy = new ManualResetEventSlim();
        using var hold = new ManualResetEventSlim();
        var first = db.Store.WriteAsync(tx =>
        {
            busy.Set();
            hold.Wait();
            return tx.ExecuteAsync("INSERT INTO notes (id) VALUES ('first')");
        });
        busy.Wait();
        var rest = Enumerable.Range(0, 100).Select(i => db.NoteAsync($"n{i:000}")).ToArray();
        var before = db.Store.Commits;
        hold.Set();
        await first;
        await Task.WhenAll(rest);

        Assert.Equal(101, (await db.NotesAsync()).Count);
        Assert.Equal(before + 2, db.Store.Commits);
    }

    [Fact]
    public async Task A_closure_that_throws_undoes_itself_and_nobody_else()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        using var busy = new ManualResetEventSlim();
        using var hold = new ManualResetEventSlim();
        var blocker = db.Store.WriteAsync(_ =>
        {
            busy.Set();
            hold.Wait();
            return Task.CompletedTask;
        });
        busy.Wait();
        var before = db.NoteAsync("before");
        var broken = db.Store.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("INSERT INTO notes (id) VALUES ('broken')");
            throw new FormatException("mine");
        });
        var after = db.NoteAsync("after");
        hold.Set();
        await Task.WhenAll(blocker, before, after);

        Assert.Equal("mine", (await Assert.ThrowsAsync<FormatException>(() => broken)).Message);
        Assert.Equal(["after", "before"], await db.NotesAsync());
    }

    [Fact]
    public async Task A_closure_that_awaits_anything_else_is_refused_and_undone()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        var elsewhere = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var late = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);

        var refused = db.Store.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("INSERT INTO notes (id) VALUES ('early')");
            await elsewhere.Task;
            late.SetResult(await Record.ExceptionAsync(() => tx.ExecuteAsync("INSERT INTO notes (id) VALUES ('late')")));
        });

        await Assert.ThrowsAsync<InvalidOperationException>(() => refused);
        elsewhere.SetResult();
        Assert.IsType<InvalidOperationException>(await late.Task);
        Assert.Empty(await db.NotesAsync());
        await db.NoteAsync("next");
        Assert.Equal(["next"], await db.NotesAsync());
    }

    [Fact]
    public async Task A_closure_that_calls_the_store_again_is_refused()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();

        var nested = await Assert.ThrowsAsync<InvalidOperationException>(() => db.Store.WriteAsync(_ => db.NoteAsync("inner")));

        Assert.Contains("transaction that was passed", nested.Message, StringComparison.Ordinal);
        Assert.Empty(await db.NotesAsync());
    }

    [Theory]
    [InlineData("COMMIT")]
    [InlineData("  rollback to w")]
    [InlineData("BEGIN")]
    public async Task A_closure_cannot_end_the_transaction_it_shares(string sql)
    {
        await using var db = await StoreUnderTest.WithNotesAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Store.WriteAsync(tx => tx.ExecuteAsync(sql)));
    }

    [Fact]
    public async Task A_write_that_is_cancelled_while_it_waits_does_not_happen()
    {
        await using var db = await StoreUnderTest.WithNotesAsync(OneWriter);
        using var busy = new ManualResetEventSlim();
        using var hold = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var blocker = db.Store.WriteAsync(_ =>
        {
            busy.Set();
            hold.Wait();
            return Task.CompletedTask;
        });
        busy.Wait();
        try
        {
            var waiting = db.Store.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO notes (id) VALUES ('x')"), cancel.Token);
            await cancel.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }
        finally
        {
            hold.Set();
        }

        await blocker;
        await db.NoteAsync("y");
        Assert.Equal(["y"], await db.NotesAsync());
    }

    [Fact]
    public async Task A_full_queue_refuses_and_does_nothing()
    {
        await using var db = await StoreUnderTest.WithNotesAsync(o =>
        {
            o.MaxQueue = 2;
            OneWriter(o);
        });
        using var busy = new ManualResetEventSlim();
        using var hold = new ManualResetEventSlim();
        var blocker = db.Store.WriteAsync(_ =>
        {
            busy.Set();
            hold.Wait();
            return Task.CompletedTask;
        });
        busy.Wait();
        var accepted = new[] { db.NoteAsync("a"), db.NoteAsync("b") };

        try
        {
            await Assert.ThrowsAsync<StoreBusyException>(() => db.NoteAsync("c"));
        }
        finally
        {
            hold.Set();
        }

        await blocker;
        await Task.WhenAll(accepted);
        Assert.Equal(["a", "b"], await db.NotesAsync());
    }

    [Fact]
    [Trait("Store", "once")]
    public async Task The_callers_continuation_does_not_run_on_the_writers_thread()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        var writer = await db.Store.WriteAsync(_ => Task.FromResult(Environment.CurrentManagedThreadId));
        var continued = await db.Store.WriteAsync(_ => Task.FromResult(0))
            .ContinueWith(_ => Environment.CurrentManagedThreadId, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);

        Assert.NotEqual(writer, continued);
    }

    [Fact]
    public async Task The_closure_sees_the_callers_async_flow()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        using var activity = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();

        Assert.Equal(activity.Id, await db.Store.WriteAsync(_ => Task.FromResult(Activity.Current?.Id)));
        Assert.Equal(activity.Id, await db.Store.ReadAsync(_ => Task.FromResult(Activity.Current?.Id)));
    }

    [Fact]
    [Trait("Store", "once")]
    public async Task A_failed_commit_fails_its_whole_batch_and_the_next_write_works()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        await db.Store.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("CREATE TABLE parents (id INTEGER PRIMARY KEY)");
            await tx.ExecuteAsync("CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)");
        });
        using var busy = new ManualResetEventSlim();
        using var hold = new ManualResetEventSlim();
        var blocker = db.Store.WriteAsync(_ =>
        {
            busy.Set();
            hold.Wait();
            return Task.CompletedTask;
        });
        busy.Wait();
        var innocent = db.NoteAsync("innocent");
        var orphan = db.Store.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO children VALUES (7)"));
        hold.Set();
        await blocker;

        await Assert.ThrowsAsync<StoreFailedException>(() => orphan);
        await Assert.ThrowsAsync<StoreFailedException>(() => innocent);
        Assert.Empty(await db.NotesAsync());
        await db.NoteAsync("next");
        Assert.Equal(["next"], await db.NotesAsync());
    }

    [Fact]
    public async Task Disposing_finishes_what_was_accepted_and_refuses_the_rest()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        var accepted = Enumerable.Range(0, 50).Select(i => db.NoteAsync($"n{i}")).ToArray();
        await db.Store.DisposeAsync();

        await Task.WhenAll(accepted);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => db.NoteAsync("late"));
        await using var again = db.Beside();
        Assert.Equal(50, (await again.NotesAsync()).Count);
    }

    /// <summary>Others wait, as on SQLite.</summary>
    private static void OneWriter(DomainStoreOptions options) =>
        options.ConnectionString += StoreDatabase.IsPostgres ? ";Maximum Pool Size=3" : "";
}
