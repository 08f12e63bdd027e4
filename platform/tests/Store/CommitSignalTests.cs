using Microsoft.Data.Sqlite;
using Orion.Store;
using Orion.Store.Changes;
using Orion.Store.Sqlite;

namespace Orion.Store.Tests;

/// <summary>How a process that waits hears of another's commits.</summary>
[Trait("Store", "once")]
public sealed class CommitSignalTests
{
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(30);

    [LinuxFact]
    public async Task A_commit_is_heard_of_by_others_and_none_is_where_nobody_commits()
    {
        using var folder = new TempFolder();
        var file = new SqliteFile($"Data Source={folder.File("store.db")}");
        using var heard = new SemaphoreSlim(0);
        using var listener = CommitSignal.Of(file, () => heard.Release());
        using var other = CommitSignal.Of(file, () => { });
        Assert.False(listener.IsHeard);
        listener.Listen();
        Assert.True(listener.IsHeard);
        Assert.Equal(0, heard.CurrentCount);
        for (var i = 0; i < 5; i++)
        {
            other.Tell();
            Assert.True(await heard.WaitAsync(s_within));
        }
    }

    [Fact]
    public async Task Where_no_signal_can_be_given_commits_of_others_are_found_all_the_same()
    {
        using var folder = new TempFolder();

        // A file where the signal's folder would be.
        await File.WriteAllTextAsync(folder.File("store.db-commits"), "");
        await using var waiting = new DomainStore(StoreUnderTest.Options(folder), TimeProvider.System);
        await using var other = new DomainStore(StoreUnderTest.Options(folder), TimeProvider.System);
        var version = await waiting.VersionAsync();
        var change = waiting.WaitForChangeAsync(version, TimeSpan.FromDays(1));
        await other.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE t (x)"));
        Assert.NotEqual(version, await change.WaitAsync(s_within));
    }

    [Fact]
    public async Task A_program_that_is_not_ours_and_gives_no_signal_is_noticed_too()
    {
        await using var store = StoreUnderTest.Open();
        var version = await store.Store.VersionAsync();
        var change = store.Store.WaitForChangeAsync(version, TimeSpan.FromDays(1));
        await using (var program = new SqliteConnection($"Data Source={store.Folder.File("store.db")};Pooling=false"))
        {
            await program.OpenAsync();
            await using var command = program.CreateCommand();
            command.CommandText = "CREATE TABLE theirs (x)";
            await command.ExecuteNonQueryAsync();
        }

        Assert.NotEqual(version, await change.WaitAsync(s_within));
    }
}
