using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

public sealed class OpeningTests
{
    [Fact]
    public async Task Several_connections_may_make_a_new_file_at_the_same_moment()
    {
        using var folder = new TempFolder();
        for (var round = 0; round < 60; round++)
        {
            var path = folder.File($"{round}.db");
            using var start = new Barrier(4);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    using var database = Database.OpenWriter(path, busyMs: 10_000, cacheKib: 256);
                    database.InTransaction(() => database.Execute("CREATE TABLE IF NOT EXISTS t (x)"));
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)));
        }
    }
}
