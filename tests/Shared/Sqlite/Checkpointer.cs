using SQLitePCL;

namespace OrionPlatform.Tests;

/// <summary>A connection that copies a live file's WAL back every millisecond, beside whoever writes and reads the file.</summary>
internal sealed class Checkpointer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <param name="file">The database, which is there.</param>
    public Checkpointer(string file)
    {
        Batteries_V2.Init();
        _running = Task.Factory.StartNew(() => Run(file), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Checkpoints after which all that was new had been copied, so that the next writer began the WAL anew.</summary>
    public int Whole { get; private set; }

    /// <summary>Those that found another connection at it.</summary>
    public int Contended { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private void Run(string file)
    {
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open_v2(file, out var database, raw.SQLITE_OPEN_READWRITE, null));
        using (database)
        {
            // Before its first read a connection does not know that there is a WAL.
            raw.sqlite3_exec(database, "SELECT count(*) FROM sqlite_master");
            var last = 0;
            while (!_stop.Token.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(1)))
            {
                switch (raw.sqlite3_wal_checkpoint_v2(database, null, raw.SQLITE_CHECKPOINT_PASSIVE, out var pages, out var copied))
                {
                    case raw.SQLITE_OK:
                        Whole += copied == pages && copied != last ? 1 : 0;
                        last = copied;
                        break;
                    case raw.SQLITE_BUSY:
                        Contended++;
                        break;
                    default:
                        Assert.Fail(raw.sqlite3_errmsg(database).utf8_to_string());
                        break;
                }
            }
        }
    }
}
