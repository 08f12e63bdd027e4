using System.Collections.Concurrent;
using System.Diagnostics;

namespace OrionPlatform.Tests;

public sealed class KillTests
{
    [Fact]
    public async Task Processes_killed_in_the_middle_of_writing_lose_nothing_that_was_acknowledged()
    {
        using var folder = new TempFolder();
        var acknowledged = new ConcurrentBag<string>();
        for (var round = 0; round < 3; round++)
        {
            // Two at the same moment: in the first round they also race to make the database.
            using var one = Start(folder, $"one{round}");
            using var two = Start(folder, $"two{round}");
            await Task.WhenAll(ReadAndKillAsync(one, acknowledged), ReadAndKillAsync(two, acknowledged));
        }

        await using var store = new OrionPlatform.Store.DomainStore(StoreUnderTest.Options(folder), new FakeTimeProvider());
        var notes = await store.ReadAsync(tx => tx.QueryAsync<string>("SELECT id FROM notes"));
        Assert.Empty(acknowledged.Except(notes));
        Assert.Equal("ok", await store.ReadAsync(tx => tx.QuerySingleOrDefaultAsync<string>("PRAGMA integrity_check")));

        // A note, its fact and its job are there together or not at all.
        var subjects = notes.Select(n => $"note/{n}").Order(StringComparer.Ordinal);
        Assert.Equal(subjects, await store.ReadAsync(tx => tx.QueryAsync<string>("SELECT subject FROM journal ORDER BY subject")));
        Assert.Equal(subjects, await store.ReadAsync(tx => tx.QueryAsync<string>("SELECT subject FROM jobs ORDER BY subject")));
    }

    private static Process Start(TempFolder folder, string name) => Process.Start(new ProcessStartInfo("dotnet")
    {
        ArgumentList = { typeof(WriterProcess).Assembly.Location, folder.File("store.db"), name },
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    })!;

    private static async Task ReadAndKillAsync(Process process, ConcurrentBag<string> acknowledged)
    {
        var errors = process.StandardError.ReadToEndAsync();
        var lines = 0;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            // The kill may have cut the last line off, and a part of an id proves nothing.
            if (line.EndsWith(WriterProcess.EndOfId, StringComparison.Ordinal))
            {
                acknowledged.Add(line[..^WriterProcess.EndOfId.Length]);
            }

            if (++lines == 200)
            {
                process.Kill();
            }
        }

        await process.WaitForExitAsync();
        Assert.True(lines >= 200, await errors);
    }
}
