using Orion.Store;
using Orion.Store.Schema;

namespace Orion.Store.Tests;

public sealed class MigrationTests
{
    private static readonly Migration s_first = new(1, "first", "CREATE TABLE one (id INTEGER PRIMARY KEY);\n");
    private static readonly Migration s_second =
        new(2, "second", "CREATE TABLE two (id INTEGER PRIMARY KEY); INSERT INTO one VALUES (1);\n");

    [Fact]
    public async Task Each_is_applied_once_and_in_order()
    {
        using var folder = new TempFolder();
        await using var database = StoreDatabase.Of(folder.Path);
        await using (var old = new DomainStore(StoreUnderTest.Options(database), new FakeTimeProvider(), [s_first]))
        {
            await old.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO one VALUES (7)"));
        }

        for (var start = 0; start < 2; start++)
        {
            await using var store = new DomainStore(StoreUnderTest.Options(database), new FakeTimeProvider(), [s_first, s_second]);
            Assert.Equal([1, 7], await store.ReadAsync(tx => tx.QueryAsync<int>("SELECT id FROM one ORDER BY id")));
        }
    }

    [Fact]
    public async Task A_database_newer_than_the_code_is_refused_and_left_untouched()
    {
        using var folder = new TempFolder();
        await using var database = StoreDatabase.Of(folder.Path);
        await new DomainStore(StoreUnderTest.Options(database), new FakeTimeProvider(), [s_first, s_second]).DisposeAsync();
        var before = await ContentAsync();

        var refused =
            Assert.Throws<StoreSchemaException>(() => new DomainStore(StoreUnderTest.Options(database), new FakeTimeProvider(), [s_first]));

        Assert.Contains("0002_second", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await ContentAsync());

        // Of a file, without what a reader lays beside it.
        async Task<string> ContentAsync() => StoreDatabase.IsPostgres
            ? await database.StoredAsync()
            : Convert.ToHexString(await File.ReadAllBytesAsync(folder.File("store.db")));
    }

    [Fact]
    public async Task An_edited_migration_is_refused()
    {
        using var folder = new TempFolder();
        await using var database = StoreDatabase.Of(folder.Path);
        await new DomainStore(StoreUnderTest.Options(database), new FakeTimeProvider(), [s_first]).DisposeAsync();

        var changed = s_first with { Sql = "CREATE TABLE other (id INTEGER);" };
        var refused = Assert.Throws<StoreSchemaException>(
            () => new DomainStore(StoreUnderTest.Options(database), new FakeTimeProvider(), [changed]));

        Assert.Contains("0001_first was edited", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_migration_leaves_the_database_as_it_was()
    {
        using var folder = new TempFolder();
        await using var database = StoreDatabase.Of(folder.Path);
        await new DomainStore(StoreUnderTest.Options(database), new FakeTimeProvider(), [s_first]).DisposeAsync();
        var broken = new Migration(3, "broken", "CREATE TABLE three (id INTEGER); INSERT INTO nowhere VALUES (1);");

        Assert.ThrowsAny<Exception>(() =>
            new DomainStore(StoreUnderTest.Options(database), new FakeTimeProvider(), [s_first, s_second, broken]));

        await using var store = new DomainStore(StoreUnderTest.Options(database), new FakeTimeProvider(), [s_first]);
        var tables = await store.ReadAsync(async tx =>
            (await CountAsync(tx, "one"), await CountAsync(tx, "two"), await CountAsync(tx, "three")));
        Assert.Equal((1, 0, 0), tables);
    }

    [Fact]
    public async Task Stores_that_start_at_the_same_moment_all_succeed()
    {
        using var folder = new TempFolder();
        await using var database = StoreDatabase.Of(folder.Path);
        using var start = new Barrier(4);
        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return new DomainStore(StoreUnderTest.Options(database), new FakeTimeProvider());
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        foreach (var store in stores)
        {
            Assert.Empty(await store.ReadAsync(tx => tx.FactsSinceAsync(0)));
            await store.DisposeAsync();
        }
    }

    [Fact]
    [Trait("Store", "once")]
    public async Task A_file_that_is_no_database_is_refused_and_left_untouched()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("store.db"), string.Concat(Enumerable.Repeat("these are notes, not pages. ", 100)));
        var before = await File.ReadAllBytesAsync(folder.File("store.db"));

        Assert.Throws<StoreSchemaException>(() => new DomainStore(StoreUnderTest.Options(folder), new FakeTimeProvider()));
        Assert.Equal(before, await File.ReadAllBytesAsync(folder.File("store.db")));
    }

    [Theory]
    [InlineData("", 256, "ConnectionStrings:store is missing")]
    [InlineData("Data Source=:memory:", 256, "ConnectionStrings:store names no file")]
    [InlineData("Colour=blue", 256, "ConnectionStrings:store is not a connection string of SQLite")]
    [InlineData("Host=db", 256, "ConnectionStrings:store names no database")]
    [InlineData("Host=db;Database=x;Colour=blue", 256, "ConnectionStrings:store is not a PostgreSQL connection string")]
    [InlineData("postgres://db/x", 256, "ConnectionStrings:store is a URL")]
    [InlineData("Data Source=x.db", 0, "Orion:Store:MaxBatch must lie between 1 and 10000")]
    public void A_setting_that_cannot_work_is_named(string connection, int batch, string expected)
    {
        var refused = Assert.Throws<ArgumentException>(
            () => new DomainStore(new DomainStoreOptions { ConnectionString = connection, MaxBatch = batch }, new FakeTimeProvider()));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    private static Task<long> CountAsync(ReadTransaction tx, string table) =>
        tx.QuerySingleOrDefaultAsync<long>(tx.Dialect.TableCount, new { Name = table });
}
