using Orion.Store;
using Orion.Store.Jobs;
using Orion.Store.Journal;

namespace Orion.Store.Tests;

/// <summary>A process of its own that writes until it is killed, and prints what was acknowledged to it.</summary>
internal static class WriterProcess
{
    public const string EndOfId = ".";

    public static async Task Main(string[] args)
    {
        var (database, name) = (args[0], args[1]);
        await using var store =
            new DomainStore(new DomainStoreOptions { ConnectionString = $"Data Source={database}" }, TimeProvider.System);
        await store.WriteAsync(tx =>
            tx.ExecuteAsync("CREATE TABLE IF NOT EXISTS notes (id TEXT PRIMARY KEY, n INTEGER NOT NULL DEFAULT 0)"));
        await using var checkpointer = new Checkpointer(database);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async lane =>
        {
            for (var i = 0; ; i++)
            {
                var id = $"{name}-{lane}-{i}";
                await store.WriteAsync(async tx =>
                {
                    await tx.ExecuteAsync("INSERT INTO notes (id) VALUES (@id)", new { id });
                    await tx.AppendFactAsync(new JournalFact { Type = "note.made", Subject = $"note/{id}" });
                    await tx.EnqueueAsync(new JobRequest { Kind = "work", Subject = $"note/{id}", UniqueKey = id });
                });
                await Console.Out.WriteLineAsync(id + EndOfId);
            }
        }));
    }
}
