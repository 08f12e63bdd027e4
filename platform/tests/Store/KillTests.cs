using System.Collections.Concurrent;
using System.Diagnostics;
using Orion.Store;
using Xunit.Abstractions;

namespace Orion.Store.Tests;

[Trait("Store", "once")]
public sealed class KillTests(ITestOutputHelper output)
{
    // Each kill costs a process start; ORION_KILLS=100 runs the long form.
    private static readonly int s_kills = int.TryParse(Environment.GetEnvironmentVariable("ORION_KILLS"), out var kills) ? kills : 6;

    [Fact]
    public async Task Two_processes_killed_in_the_middle_of_writing_and_checkpointing_one_file_lose_nothing_that_was_acknowledged()
    {
        using var folder = new TempFolder();
        var acknowledged = new ConcurrentDictionary<string, bool>();

        // At the same moment: at first they also race to make the database. Afterwards one writes while the other is killed and starts
        // again.
        var writers = Task.WhenAll(RunAndKillAsync(folder, "one", acknowledged), RunAndKillAsync(folder, "two", acknowledged));
        await Eventually.TrueAsync(() => writers.IsCompleted || !acknowledged.IsEmpty, "something is written");
        await using var store = new DomainStore(StoreUnderTest.Options(folder), TimeProvider.System);
        var reads = 0;
        await using (var checkpointer = new Checkpointer(folder.File("store.db")))
        {
            for (; !writers.IsCompleted; reads++)
            {
                await AssertWholeAsync(store);
            }

            await writers;
            output.WriteLine($"{acknowledged.Count} acknowledged, {s_kills} kills, {reads} reads, " +
                $"{checkpointer.Whole} whole checkpoints, {checkpointer.Contended} met another");
            Assert.True(checkpointer.Whole > 0 && reads > 0);
        }

        var notes = await AssertWholeAsync(store);
        output.WriteLine($"{notes.Count} stored");
        Assert.Empty(acknowledged.Keys.Except(notes));
        Assert.Equal("ok", await store.ReadAsync(tx => tx.QuerySingleOrDefaultAsync<string>("PRAGMA integrity_check")));
    }

    /// <summary>A note, its fact and its job are there together or not at all. Returns the notes.</summary>
    private static async Task<IReadOnlyList<string>> AssertWholeAsync(DomainStore store)
    {
        var (notes, facts, jobs) = await store.ReadAsync(async tx => (
            await tx.QueryAsync<string>("SELECT id FROM notes ORDER BY id"),
            await tx.QueryAsync<string>("SELECT substr(subject, 6) FROM journal ORDER BY subject"),
            await tx.QueryAsync<string>("SELECT substr(subject, 6) FROM jobs ORDER BY subject")));
        Assert.Equal(notes, facts);
        Assert.Equal(notes, jobs);
        return notes;
    }

    /// <summary>Starts a writer, kills it once it has told of 200 writes, and starts the next.</summary>
    private static async Task RunAndKillAsync(TempFolder folder, string name, ConcurrentDictionary<string, bool> acknowledged)
    {
        for (var kill = 0; kill < s_kills / 2; kill++)
        {
            string[] arguments = [typeof(WriterProcess).Assembly.Location, folder.File("store.db"), $"{name}{kill}"];
            using var process = Process.Start(new ProcessStartInfo("dotnet", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            var lines = 0;
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                // The kill may have cut the last line off, and a part of an id proves nothing.
                if (line.EndsWith(WriterProcess.EndOfId, StringComparison.Ordinal))
                {
                    acknowledged[line[..^WriterProcess.EndOfId.Length]] = true;
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
}
