namespace Orion.Sink.Writing;

/// <summary>A lock between processes; it goes with its process, however that ends.</summary>
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
