using System.Globalization;
using Orion.Sink.Segments;

namespace Orion.Sink.Reading;

/// <summary>A file whose WAL cannot be copied back, because someone's read does not end.</summary>
/// <param name="File">The file, relative to the sink's folder.</param>
/// <param name="WalBytes">Bytes of its WAL.</param>
/// <param name="Since">When something was last copied back.</param>
/// <param name="By">
/// The processes that read it now (<c>PID NAME</c>), where the system tells: Linux, and processes of the same user.
/// </param>
public sealed record HeldFile(string File, long WalBytes, DateTimeOffset Since, IReadOnlyList<string> By)
{
    // Where it cannot be known who reads, a WAL that has not been copied back for so long is taken for held.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    internal static List<HeldFile> Find(string directory, long walBytes)
    {
        var held = new List<HeldFile>();
        if (!Directory.Exists(directory))
        {
            return held;
        }

        foreach (var wal in Directory.EnumerateFiles(directory, "*.db-wal", SearchOption.AllDirectories))
        {
            var path = wal[..^"-wal".Length];
            var bytes = SegmentFiles.WalBytes(path);
            if (bytes > walBytes)
            {
                var by = WalReaders.Of(path);
                var since = new DateTimeOffset(System.IO.File.GetLastWriteTimeUtc(path));
                if (by.Count > 0 || DateTimeOffset.UtcNow - since > s_longest)
                {
                    held.Add(new HeldFile(Path.GetRelativePath(directory, path), bytes, since, by));
                }
            }
        }

        return held;
    }
}

/// <summary>Which processes are inside a read transaction of a file.</summary>
internal static class WalReaders
{
    // Bytes of NAME-shm that SQLite locks, shared, while a read uses the WAL: WAL_READ_LOCK(0) to (4),
    // https://sqlite.org/walformat.html#wal_locks.
    private const int FirstReadLock = 123;
    private const int LastReadLock = 127;

    /// <summary>Their ids and names; empty where the system does not tell.</summary>
    /// <remarks>The file itself is not opened: to close it again would end the locks this process has on it.</remarks>
    public static List<string> Of(string path)
    {
        var readers = new List<string>();
        if (!OperatingSystem.IsLinux())
        {
            return readers;
        }

        var shm = Path.GetFullPath(path) + "-shm";
        foreach (var process in Directory.EnumerateDirectories("/proc")
            .Where(p => int.TryParse(Path.GetFileName(p), CultureInfo.InvariantCulture, out _)))
        {
            try
            {
                if (Directory.EnumerateFiles(Path.Combine(process, "fd"))
                    .Any(fd => new FileInfo(fd).LinkTarget == shm && HasReadLock(process, Path.GetFileName(fd))))
                {
                    readers.Add($"{Path.GetFileName(process)} {File.ReadAllText(Path.Combine(process, "comm")).Trim()}");
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Another user's, or gone in the meantime.
            }
        }

        return readers;
    }

    // A line is «lock: 1: POSIX ADVISORY READ PID MAJOR:MINOR:INODE FIRST LAST».
    private static bool HasReadLock(string process, string fd) => File.ReadLines(Path.Combine(process, "fdinfo", fd))
        .Where(line => line.StartsWith("lock:", StringComparison.Ordinal))
        .Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        .Any(words => words is [_, _, "POSIX", _, "READ", _, _, var first, var last]
            && long.TryParse(first, CultureInfo.InvariantCulture, out var from) && from <= LastReadLock
            && (last == "EOF" || (long.TryParse(last, CultureInfo.InvariantCulture, out var to) && to >= FirstReadLock)));
}
