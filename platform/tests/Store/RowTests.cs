
namespace Orion.Store.Tests;

public sealed class RowTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 3, 1, 12, 0, 0, 250, TimeSpan.Zero);

    private enum Mood
    {
        Calm,
        VeryBusy,
    }

    [Fact]
    public async Task Records_go_in_and_come_out_by_name()
    {
        await using var db = StoreUnderTest.Open();
        await db.Store.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("CREATE TABLE things (id TEXT, slot_count INTEGER, made_at BIGINT, took BIGINT, is_on BOOLEAN, " +
                $"mood TEXT, note TEXT, raw {(StoreDatabase.IsPostgres ? "BYTEA" : "BLOB")})");
            await tx.ExecuteAsync(
                "INSERT INTO things VALUES (@id, @slot_count, @made_at, @took, @is_on, @mood, @note, @raw)",
                new
                {
                    Id = "t1",
                    slotCount = 3,
                    made_at = s_noon,
                    Took = TimeSpan.FromSeconds(2),
                    IsOn = true,
                    Mood = Mood.VeryBusy,
                    note = (string?)null,
                    raw = new byte[] { 1, 2 }
                });
        });

        var positional = await db.Store.ReadAsync(
            tx => tx.QuerySingleOrDefaultAsync<Positional>("SELECT note, id, slot_count, made_at, is_on, mood FROM things"));
        var named = await db.Store.ReadAsync(tx => tx.QuerySingleOrDefaultAsync<Named>("SELECT * FROM things"));
        var stored = await db.Store.ReadAsync(tx => tx.QuerySingleOrDefaultAsync<(long, string)>("SELECT made_at, mood FROM things"));

        Assert.Equal(new Positional("t1", 3, s_noon, true, Mood.VeryBusy, null), positional);
        Assert.Equal(("t1", TimeSpan.FromSeconds(2)), (named!.Id, named.Took));
        Assert.Equal([1, 2], named.Raw);
        Assert.Equal((s_noon.ToUnixTimeMilliseconds(), "very_busy"), stored);
    }

    [Fact]
    public async Task A_null_in_the_first_row_does_not_change_what_the_column_is()
    {
        await using var db = StoreUnderTest.Open();

        var rows = await db.Store.ReadAsync(tx => tx.QueryAsync<long?>(
            "SELECT max(column1) FROM (VALUES (CAST(NULL AS BIGINT))) v UNION ALL SELECT 7"));

        Assert.Equal([null, 7], rows);
    }

    [Fact]
    public async Task A_member_without_a_column_is_named()
    {
        await using var db = StoreUnderTest.Open();

        var missing =
            await Assert.ThrowsAsync<InvalidOperationException>(() => db.Store.ReadAsync(tx => tx.QueryAsync<Named>("SELECT 'x' AS id")));

        Assert.Contains("Named.Took (took)", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_null_where_the_member_has_none_is_named()
    {
        await using var db = StoreUnderTest.Open();

        var refused = await Assert.ThrowsAsync<InvalidCastException>(
            () => db.Store.ReadAsync(tx => tx.QueryAsync<(string, int)>("SELECT 'x' AS id, NULL AS slots")));

        Assert.Contains("'slots'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_one_row_where_one_was_asked_for_is_an_error()
    {
        await using var db = StoreUnderTest.Open();

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            db.Store.ReadAsync(tx => tx.QuerySingleOrDefaultAsync<int>("SELECT 1 UNION SELECT 2")));
        Assert.Null(await db.Store.ReadAsync(tx => tx.QuerySingleOrDefaultAsync<string>("SELECT 'x' WHERE 1 = 0")));
    }

    [Fact]
    public async Task A_local_date_time_is_refused()
    {
        await using var db = StoreUnderTest.Open();

        var local = new { at = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Local) };
        await Assert.ThrowsAsync<ArgumentException>(() => db.Store.ReadAsync(tx => tx.QueryAsync<int>("SELECT 1 WHERE 1 > @at", local)));
    }

    private sealed record Positional(string Id, int SlotCount, DateTimeOffset MadeAt, bool IsOn, Mood Mood, string? Note);

    private sealed record Named
    {
        public required string Id { get; init; }

        public required TimeSpan Took { get; init; }

        public byte[] Raw { get; init; } = [];

        public string? Elsewhere { get; init; }
    }
}
