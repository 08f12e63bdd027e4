using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orion.Store;
using Orion.Store.Health;

namespace Orion.Store.Tests;

/// <summary>A database that cannot grow, as on a full disk (the engine's own page limit gives the same error).</summary>
[Trait("Store", "once")]
public sealed class FullDiskTests
{
    [Fact]
    public async Task A_write_that_finds_no_room_fails_whole_and_writing_resumes_when_there_is_room()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        await db.NoteAsync("before");
        await db.Store.WriteAsync(tx => tx.ExecuteAsync("PRAGMA max_page_count = 1"));

        await Assert.ThrowsAsync<StoreFailedException>(() => db.Store.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("INSERT INTO notes (id) VALUES ('small')");
            await tx.ExecuteAsync("INSERT INTO notes (id) VALUES (@id)", new { id = new string('x', 100_000) });
        }));

        Assert.Equal(["before"], await db.NotesAsync());
        await db.Store.WriteAsync(tx => tx.ExecuteAsync("PRAGMA max_page_count = 1000000"));
        await db.NoteAsync("later");
        Assert.Equal(["before", "later"], await db.NotesAsync());
    }

    [Fact]
    public async Task The_store_is_unhealthy_while_its_last_write_failed_just_now()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        var check = new StoreHealthCheck(db.Store, db.Time);
        Assert.Equal(HealthStatus.Healthy, await StatusAsync(check));

        await db.Store.WriteAsync(tx => tx.ExecuteAsync("PRAGMA max_page_count = 1"));
        await Assert.ThrowsAsync<StoreFailedException>(() => db.NoteAsync(new string('x', 100_000)));
        Assert.Equal(HealthStatus.Unhealthy, await StatusAsync(check));

        db.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HealthStatus.Healthy, await StatusAsync(check));

        await Assert.ThrowsAsync<StoreFailedException>(() => db.NoteAsync(new string('x', 100_000)));
        await db.NoteAsync("small");
        Assert.Equal(HealthStatus.Healthy, await StatusAsync(check));
    }

    private static async Task<HealthStatus> StatusAsync(StoreHealthCheck check) =>
        (await check.CheckHealthAsync(new HealthCheckContext())).Status;
}
