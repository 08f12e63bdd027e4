namespace OrionPlatform.Store;

/// <summary>
/// Gives the checkpoints of the file to one process at a time, whichever holds the lock file; the kernel takes it from a process that dies.
/// SQLite before 3.51.3 can corrupt a WAL when two connections checkpoint it at the same moment, and this engine is older.
/// </summary>
internal sealed class CheckpointDuty(SqliteFile file, SqliteSession session) : IDisposable
{
    private const int PagesAtCommit = 1000;
    private FileStream? _lock;

    /// <summary>About once a second while nothing is written here: others may have written.</summary>
    public void Tick()
    {
        if (Held())
        {
            session.TryExec("PRAGMA wal_checkpoint(PASSIVE)");
        }
    }

    public void AfterCommit()
    {
        if (_lock is null)
        {
            Held();
        }
    }

    public void Dispose() => _lock?.Dispose();

    private bool Held()
    {
        if (_lock is not null)
        {
            return true;
        }

        try
        {
            _lock = new FileStream(file.FullPath + "-checkpointer", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return false;
        }

        session.Exec($"PRAGMA wal_autocheckpoint={PagesAtCommit}");
        return true;
    }
}
