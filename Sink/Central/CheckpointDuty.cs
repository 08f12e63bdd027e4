namespace OrionPlatform.Sink;

/// <summary>
/// Which of the processes that write <c>telemetry.db</c> copies its WAL back: the one that holds this file's lock. SQLite before 3.51.3
/// can, very rarely, damage a file when two connections checkpoint it at once. The lock goes with its process, however that ends.
/// </summary>
internal sealed class CheckpointDuty(string directory) : IDisposable
{
    private FileStream? _lock;

    /// <summary>Takes the duty if nobody has it; whether this process has it.</summary>
    public bool TryTake() => (_lock ??= FileLock.TryTake(Path.Combine(directory, "checkpoint.lock"))) is not null;

    public void Dispose() => _lock?.Dispose();
}

/// <summary>A lock between processes.</summary>
internal static class FileLock
{
    /// <summary>Takes the lock, or null when another process has it.</summary>
    public static FileStream? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
