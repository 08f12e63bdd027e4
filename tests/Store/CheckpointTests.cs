namespace OrionPlatform.Tests;

public sealed class CheckpointTests
{
    [Fact]
    public async Task The_log_is_moved_into_the_database_also_when_another_process_wrote_it_and_after_the_holder_of_the_duty_is_gone()
    {
        var first = await StoreUnderTest.WithNotesAsync();
        await using var keepsFolder = first;
        await using var second = first.Beside();
        await GrowAsync(second, "a");
        await Eventually.TrueAsync(() => Database(second) > 2_000_000, "the first process moves what the second wrote");

        await first.Store.DisposeAsync();
        await GrowAsync(second, "b");
        await Eventually.TrueAsync(() => Database(second) > 4_000_000, "the second process takes the duty over");
    }

    private static long Database(StoreUnderTest db) => new FileInfo(db.Folder.File("store.db")).Length;

    private static Task<int> GrowAsync(StoreUnderTest db, string prefix) => db.Store.WriteAsync(tx => tx.ExecuteAsync(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2200) INSERT INTO notes (id) SELECT @prefix || i || hex(zeroblob(500)) FROM n",
        new { prefix }));
}
