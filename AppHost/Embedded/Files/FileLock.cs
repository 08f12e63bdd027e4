using System.Diagnostics;

namespace OrionPlatform.AppHost;

/// <summary>A file held open for this process alone; the system lets go of it however the process ends.</summary>
internal static class FileLock
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(50);

    /// <summary>The lock, or null when another process holds it.</summary>
    public static FileStream? Try(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    /// <summary>The lock, or null when another process holds it for all of the time.</summary>
    public static FileStream? Wait(string path, TimeSpan patience)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (Try(path) is { } held)
            {
                return held;
            }

            if (clock.Elapsed > patience)
            {
                return null;
            }

            Thread.Sleep(s_retry);
        }
    }
}
