using System.Diagnostics;
using System.Globalization;
using Orion.Store;
using OrionPlatform.Domain;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>The store as a whole, moved or kept by somebody in a terminal.</summary>
public sealed class StoreCommandTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private const int Facts = 40_000;

    [Fact]
    public async Task A_store_whose_api_runs_is_not_copied_and_nothing_is_made()
    {
        var from = StoreDatabase.Of(shared.Api.Folder).ConnectionString;
        using var folder = new TempFolder();
        var (code, output, error) = await RunAsync(
            from, "store", "copy", "--from", "store", "--to", $"Data Source={folder.File("new.db")}");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("Stop the platform", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task The_store_of_a_running_api_is_backed_up_where_it_is_a_file()
    {
        using var folder = new TempFolder();
        var from = StoreDatabase.Of(shared.Api.Folder).ConnectionString;
        var (code, output, error) = await RunAsync(from, "store", "backup", "--to", folder.File("backup.db"));
        if (StoreDatabase.IsPostgres)
        {
            Assert.Equal((1, ""), (code, output));
            Assert.Contains("pg_dump", error, StringComparison.Ordinal);
            return;
        }

        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith(folder.File("backup.db"), output, StringComparison.Ordinal);
        await using var restored = Open($"Data Source={folder.File("backup.db")}");
        Assert.Equal(
            await shared.Api.Store.ReadAsync(tx => tx.LastPositionAsync()), await restored.ReadAsync(tx => tx.LastPositionAsync()));
    }

    [Trait("Store", "once")]
    [PostgresFact]
    public async Task A_copy_that_was_killed_in_the_middle_goes_on_when_it_is_started_again_in_both_directions()
    {
        using var folder = new TempFolder();
        await using var database = PostgresServer.NewDatabase();
        var (store, back) = ($"Data Source={folder.File("store.db")}", $"Data Source={folder.File("back.db")}");
        await using (var filled = Open(store))
        {
            await filled.WriteAsync(tx => tx.ExecuteAsync(
                """
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @facts)
                INSERT INTO journal (occurred_at, type, subject, data) SELECT i, 'note.made', 'note/' || i, '{"n":' || i || '}' FROM n
                """,
                new { Facts }));
        }

        foreach (var (from, to) in new[] { (store, database.ConnectionString), (database.ConnectionString, back) })
        {
            await KilledAsync(from, to);
            Assert.Contains(
                "is not complete", Assert.Throws<StoreSchemaException>(() => Open(to)).Message, StringComparison.Ordinal);
            var (code, output, error) = await RunAsync(from, "store", "copy", "--from", "store", "--to", to);
            Assert.True(code == 0, error);
            Assert.Contains("Went on after ", output, StringComparison.Ordinal);
            Assert.Contains("Both sides are the same.", output, StringComparison.Ordinal);
            Assert.Contains(Facts.ToString("N0", CultureInfo.InvariantCulture), output, StringComparison.Ordinal);
        }

        await using var copied = Open(back);
        Assert.Equal(Facts, await copied.ReadAsync(tx => tx.QuerySingleOrDefaultAsync<long>(
            "SELECT count(*) FROM journal WHERE subject = 'note/' || position AND data = '{\"n\":' || position || '}'")));
        Assert.True(await copied.WriteAsync(tx => tx.AppendFactAsync(new() { Type = "note.made", Subject = "note/last" })) > Facts);
    }

    [Trait("Store", "once")]
    [Theory]
    [InlineData(2, "Option '--from' is required.", "store", "copy", "--to", "x")]
    [InlineData(2, "Option '--to' is required.", "store", "backup")]
    [InlineData(2, "Required command was not provided.", "store")]
    [InlineData(1, "There is no ConnectionStrings:elsewhere", "store", "copy", "--from", "store", "--to", "elsewhere")]
    [InlineData(1, "The connection string of the target names no host.", "store", "copy", "--from", "store", "--to", "Host=")]
    [InlineData(1, "Source and target are the same database.", "store", "copy", "--from", "store", "--to", "store")]
    public async Task What_cannot_be_done_is_told_in_one_sentence(int expected, string why, params string[] arguments)
    {
        using var folder = new TempFolder();
        var (code, output, error) = await RunAsync($"Data Source={folder.File("store.db")}", arguments);
        Assert.Equal((expected, ""), (code, output));
        Assert.StartsWith(why, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    private static DomainStore Open(string connectionString)
    {
        var options = new DomainStoreOptions { ConnectionString = connectionString };
        DomainExtensions.AddMigrations(options);
        return new DomainStore(options, TimeProvider.System);
    }

    /// <summary>Kills a copy once something of the journal is in the target.</summary>
    private static async Task KilledAsync(string from, string to)
    {
        using var process = Start(from, "store", "copy", "--from", "store", "--to", to);
        var output = process.StandardOutput.ReadToEndAsync();
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            // The first report of a table comes after its first batch.
            if (line.StartsWith("Copying journal: ", StringComparison.Ordinal))
            {
                break;
            }
        }

        process.Kill();
        await process.WaitForExitAsync();
        Assert.Empty(await output);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string store, params string[] arguments)
    {
        using var process = Start(store, arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }

    private static Process Start(string store, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Api.Program).Assembly.Location, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ConnectionStrings__store"] = store;
        return Process.Start(start)!;
    }
}
