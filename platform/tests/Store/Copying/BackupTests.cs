using Npgsql;
using Orion.Store;
using Orion.Store.Copying;
using Orion.Store.Jobs;
using Orion.Store.Journal;

namespace Orion.Store.Tests;

/// <summary>What is kept of a store, and a store that is made of it.</summary>
[Trait("Store", "once")]
public sealed class BackupTests
{
    [Fact]
    public async Task A_backup_of_a_file_that_is_being_written_is_of_one_moment_and_serves_on()
    {
        using var folder = new TempFolder();
        await using var store = new DomainStore(StoreUnderTest.Options(folder), TimeProvider.System);
        using var enough = new CancellationTokenSource();
        var written = 0L;
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            while (!enough.IsCancellationRequested)
            {
                // Both or none of them.
                await store.WriteAsync(async tx =>
                {
                    await tx.AppendFactAsync(new JournalFact { Type = "note.made", Subject = "note/1" });
                    await tx.EnqueueAsync(new JobRequest { Kind = "work", Subject = "note/1" });
                });
                Interlocked.Increment(ref written);
            }
        }));
        await Eventually.TrueAsync(() => Interlocked.Read(ref written) > 200, "something is written");
        var before = Interlocked.Read(ref written);
        var bytes = await Task.Run(() => StoreBackup.Write($"Data Source={folder.File("store.db")}", folder.File("backup.db")));
        var after = Interlocked.Read(ref written);
        await Eventually.TrueAsync(() => Interlocked.Read(ref written) > after + 4, "it is written to afterwards");
        await enough.CancelAsync();
        await writing;

        Assert.Equal(new FileInfo(folder.File("backup.db")).Length, bytes);
        Assert.Empty(Directory.GetFiles(folder.Path, "*partial*"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("backup.db")));
        }

        await using var restored = new DomainStore(
            new DomainStoreOptions { ConnectionString = $"Data Source={folder.File("backup.db")}" }, TimeProvider.System);
        var (facts, jobs, last) = await restored.ReadAsync(async tx => (
            await tx.QuerySingleOrDefaultAsync<long>("SELECT count(*) FROM journal"),
            await tx.QuerySingleOrDefaultAsync<long>("SELECT count(*) FROM jobs"),
            await tx.LastPositionAsync()));
        Assert.Equal(facts, jobs);

        // A writer counts after its commit.
        Assert.InRange(facts, before, after + 4);
        Assert.Equal(last + 1, await restored.WriteAsync(
            tx => tx.AppendFactAsync(new JournalFact { Type = "note.made", Subject = "note/2" })));
    }

    [Fact]
    public void What_cannot_be_backed_up_is_told_and_nothing_is_overwritten()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("there"), "mine");
        Refused("There is no store at", "none.db", "new");
        File.WriteAllText(folder.File("empty.db"), "");
        Refused("There is no store in", "empty.db", "new");
        Refused("is there already", "empty.db", "there");
        File.WriteAllText(folder.File("notes.db"), string.Concat(Enumerable.Repeat("these are notes, not pages. ", 100)));
        Refused("could not be written", "notes.db", "new");
        Assert.Contains(
            "pg_dump",
            Assert.Throws<StoreCopyException>(() => StoreBackup.Write("Host=db;Database=x", folder.File("new"))).Message,
            StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(folder.File("there")));
        Assert.Equal(["empty.db", "notes.db", "there"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());

        void Refused(string why, string source, string target)
        {
            var refused = Assert.Throws<StoreCopyException>(
                () => StoreBackup.Write($"Data Source={folder.File(source)}", folder.File(target)));
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        }
    }

    [PostgresFact(NeedsPrograms = true)]
    public async Task A_dump_that_is_restored_on_a_server_with_lower_transaction_numbers_serves_on_and_who_follows_misses_nothing()
    {
        using var folder = new TempFolder();
        await using var database = PostgresServer.NewDatabase();
        var (position, token) = (0L, 0L);
        await UseNumbersAsync(database.ConnectionString);
        await using (var store = Open(database.ConnectionString))
        {
            position = await FactAsync(store, "old");
            await store.WriteAsync(tx => tx.AppendAuditEntryAsync("""{"n":1}"""));
            await store.WriteAsync(tx => tx.EnqueueAsync(new JobRequest { Kind = "work", Subject = "note/1" }));
            token = Assert.Single(await new JobQueue(store).ClaimAsync("w1", ["work"], 1)).FencingToken;
        }

        PostgresServer.RunClient(database.ConnectionString, "pg_dump", "-f", folder.File("dump.sql"));
        using var fresh = PostgresServer.Start();
        await using var restored = await PostgresDatabase.CreateAsync(fresh.ConnectionString);
        PostgresServer.RunClient(restored.ConnectionString, "psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", folder.File("dump.sql"));

        // Two processes that start at once, of which one finds it done.
        var opened = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Open(restored.ConnectionString))));
        await using var one = opened[0];
        await using var two = opened[1];
        Assert.True(await NextNumberAsync(restored.ConnectionString) << 20 < position);
        Assert.Equal(position, await one.ReadAsync(tx => tx.LastPositionAsync()));
        Assert.Equal("""{"n":1}""", Assert.Single(await one.ReadAsync(tx => tx.AuditOutboxAsync(10))).Entry);

        var positions = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            positions.Add(await FactAsync(i % 2 == 0 ? one : two, $"new{i}"));
        }

        await one.WriteAsync(tx => tx.AppendAuditEntryAsync("""{"n":2}"""));
        Assert.True(positions[0] > position);
        await Eventually.TrueAsync(
            async () => (await two.ReadAsync(tx => tx.FactsSinceAsync(position))).Select(f => f.Position).SequenceEqual(positions),
            "who follows is given the new facts in their order");
        await Eventually.TrueAsync(
            async () => (await two.ReadAsync(tx => tx.AuditOutboxAsync(10))).Select(e => e.Entry).SequenceEqual(
                ["""{"n":1}""", """{"n":2}"""]),
            "and the audit entries");
        await one.WriteAsync(tx => tx.EnqueueAsync(new JobRequest { Kind = "other", Subject = "note/2" }));
        Assert.True(Assert.Single(await new JobQueue(one).ClaimAsync("w2", ["other"], 1)).FencingToken > token);

        // Once is enough: a start changes nothing more.
        await using var later = Open(restored.ConnectionString);
        Assert.InRange(await FactAsync(later, "later"), positions[^1], positions[^1] + (1000L << 20));
    }

    [PostgresFact]
    public async Task What_is_not_settled_yet_is_kept_from_followers_where_positions_have_a_base_too()
    {
        await using var database = PostgresServer.NewDatabase();
        await using (var store = Open(database.ConnectionString))
        {
            await store.WriteAsync(tx => tx.ExecuteAsync(
                "INSERT INTO journal (position, occurred_at, type, subject, data) "
                + "VALUES (1::bigint << 50, 1, 'note.made', 'note/1', '{}')"));
        }

        await using var opened = Open(database.ConnectionString);
        await using var slow = new NpgsqlConnection(database.ConnectionString + ";Pooling=False");
        await slow.OpenAsync();
        await using (var begin = new NpgsqlCommand("BEGIN; SELECT pg_current_xact_id()", slow))
        {
            await begin.ExecuteNonQueryAsync();
        }

        var position = await FactAsync(opened, "later");
        Assert.True(position > 1L << 50);
        Assert.Equal([1L << 50], (await opened.ReadAsync(tx => tx.FactsSinceAsync(0))).Select(f => f.Position));
        await slow.CloseAsync();
        await Eventually.TrueAsync(
            async () => (await opened.ReadAsync(tx => tx.FactsSinceAsync(1L << 50))).Select(f => f.Position).SequenceEqual([position]),
            "it is settled");
    }

    private static DomainStore Open(string connectionString) =>
        new(new DomainStoreOptions { ConnectionString = connectionString }, TimeProvider.System);

    private static Task<long> FactAsync(DomainStore store, string id) =>
        store.WriteAsync(tx => tx.AppendFactAsync(new JournalFact { Type = "note.made", Subject = $"note/{id}" }));

    /// <summary>Lets the server number more transactions than a new one has had.</summary>
    private static async Task UseNumbersAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=False");
        await connection.OpenAsync();
        await using var use = new NpgsqlCommand(
            "DO $$ BEGIN FOR i IN 1..3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$", connection);
        await use.ExecuteNonQueryAsync();
    }

    private static async Task<long> NextNumberAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=False");
        await connection.OpenAsync();
        await using var next = new NpgsqlCommand("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint", connection);
        return (long)(await next.ExecuteScalarAsync())!;
    }
}
