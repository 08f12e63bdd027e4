namespace Orion.Store.Sqlite;

/// <summary>Threads that read, each over a read-only connection of its own. A closure's queries share one snapshot.</summary>
internal sealed class ReaderThreads : IAsyncDisposable
{
    private readonly StoreThread[] _threads;
    private readonly TimeProvider _time;

    public ReaderThreads(SqliteFile file, DomainStoreOptions options, TimeProvider time)
    {
        _time = time;
        Queue = new WorkQueue<Work<ReadTransaction>>(options.MaxQueue);
        var sessions = Enumerable.Range(0, options.Readers).Select(_ => file.OpenReader()).ToArray();
        _threads = [.. sessions.Select((session, i) => new StoreThread($"store reader {i + 1}", () => Loop(session)))];
    }

    public WorkQueue<Work<ReadTransaction>> Queue { get; }

    public async ValueTask DisposeAsync()
    {
        Queue.Close();
        await Task.WhenAll(_threads.Select(t => t.Ended));
        Queue.Dispose();
    }

    private void Loop(SqliteSession session)
    {
        using var closing = session;
        var next = new List<Work<ReadTransaction>>(1);
        while (Queue.Take(next, most: 1))
        {
            foreach (var work in next.Where(w => w.TryTake()))
            {
                work.Finish(Read(session, work));
            }
        }
    }

    private Exception? Read(SqliteSession session, Work<ReadTransaction> work)
    {
        try
        {
            session.Exec("BEGIN");
            var failure = work.Run(new ReadTransaction(session, _time.GetUtcNow));
            if (session.InTransaction)
            {
                session.Exec("COMMIT");
            }

            return failure;
        }
        catch (Exception failure)
        {
            session.TryExec("ROLLBACK");
            return failure;
        }
    }
}
