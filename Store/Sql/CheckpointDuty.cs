using System.Diagnostics;

namespace OrionPlatform.Store;

/// <summary>
/// Gives the checkpoints of the file to one process at a time, whichever holds the lock file; the kernel takes it from a process that dies.
/// SQLite before 3.51.3 can corrupt a WAL when two connections checkpoint it at the same moment, and this engine is older.
/// </summary>
/// <remarks>Nothing here may throw: it runs after a commit, which has happened whatever becomes of the checkpoint.</remarks>
internal sealed class CheckpointDuty(SqliteFile file, SqliteSession session) : IDisposable
{
    private const int PagesAtCommit = 1000;
    private static readonly TimeSpan s_betweenTries = TimeSpan.FromSeconds(1);

    private FileStream? _lock;
    private long _lastTry;

    /// <summary>About once a second while nothing is written here: others may have written.</summary>
    public void Tick()
    {
        if (Held())
        {
            session.TryExec("PRAGMA wal_checkpoint(PASSIVE)");
        }
    }

    /// <summary>Takes the duty over when its holder is gone; the checkpoints themselves come with the commits.</summary>
    public void AfterCommit() => Held();

    public void Dispose() => _lock?.Dispose();

    private bool Held()
    {
        if (_lock is not null)
        {
            return true;
        }

        if (_lastTry != 0 && Stopwatch.GetElapsedTime(_lastTry) < s_betweenTries)
        {
            return false;
        }

        _lastTry = Stopwatch.GetTimestamp();
        try
        {
            _lock = new FileStream(file.FullPath + "-checkpointer", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        session.TryExec($"PRAGMA wal_autocheckpoint={PagesAtCommit}");
        return true;
    }
}
