namespace Orion.Store.Tests;

[Trait("Store", "once")]
public sealed class CheckpointTests
{
    [Fact]
    public async Task Whichever_process_writes_moves_the_log_into_the_database_so_that_it_stays_short()
    {
        await using var one = await StoreUnderTest.WithNotesAsync();
        await using var two = one.Beside();
        for (var i = 0; i < 4; i++)
        {
            await GrowAsync(one, $"one{i}-");
            await GrowAsync(two, $"two{i}-");
        }

        // Each write is more than what a checkpoint begins at, so the log holds few of them.
        Assert.InRange(Size(one, "store.db-wal"), 1, Size(one, "store.db") / 2);
    }

    private static long Size(StoreUnderTest db, string file) => new FileInfo(db.Folder.File(file)).Length;

    private static Task<int> GrowAsync(StoreUnderTest db, string prefix) => db.Store.WriteAsync(tx => tx.ExecuteAsync(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2200) " +
            "INSERT INTO notes (id) SELECT @prefix || i || hex(zeroblob(500)) FROM n",
        new { prefix }));
}
