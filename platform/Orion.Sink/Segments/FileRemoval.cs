using System.Diagnostics;

namespace Orion.Sink.Segments;

/// <summary>
/// Deletes large files without others feeling it. A file loses its name at once and its space a minute later, when no reader is left in it,
/// bit by bit: freed in one go, a day's file makes whoever syncs to the same disk wait for all of it (46 ms instead of 6 at 770 MB on
/// ext4).
/// </summary>
/// <remarks>Used by one thread. Where a crash or the end of the process comes first, the system frees the space.</remarks>
internal sealed class FileRemoval(TimeProvider time) : IDisposable
{
    private const long Step = 16 * 1024 * 1024;

    // Between two steps the disk is others' for at least this long, and for ten times what a step took: a slow one is not kept busy.
    private static readonly TimeSpan s_leastPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(500);

    // Bounded by MaxHeld; beyond it the oldest is freed at once.
    private const int MaxHeld = 32;

    // Longer than any read of ours: a file must not shrink under its reader.
    private static readonly TimeSpan s_grace = TimeSpan.FromMinutes(1);

    private readonly Queue<(FileStream File, DateTimeOffset At)> _held = new();

    /// <summary>Deletes a database file with its WAL.</summary>
    public void Delete(string path)
    {
        Hold(path);
        Hold(path + "-wal");
        foreach (var suffix in (ReadOnlySpan<string>)["-wal", "-shm", ""])
        {
            File.Delete(path + suffix);
        }
    }

    /// <summary>Frees the space of files deleted a minute ago, or stops half-way when <paramref name="stop"/> says so.</summary>
    public void Free(Func<bool> stop)
    {
        while (_held.TryPeek(out var oldest) && (time.GetUtcNow() - oldest.At).Duration() >= s_grace)
        {
            using var file = _held.Dequeue().File;
            for (var left = file.Length - Step; left > 0 && !stop(); left -= Step)
            {
                var began = Stopwatch.GetTimestamp();
                file.SetLength(left);
                var pause = Stopwatch.GetElapsedTime(began) * 10;
                Thread.Sleep(pause < s_leastPause ? s_leastPause : pause > s_longestPause ? s_longestPause : pause);
            }
        }
    }

    public void Dispose()
    {
        while (_held.TryDequeue(out var next))
        {
            next.File.Dispose();
        }
    }

    private void Hold(string path)
    {
        if (File.Exists(path) && new FileInfo(path).Length > Step)
        {
            _held.Enqueue((
                new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete),
                time.GetUtcNow()));
            if (_held.Count > MaxHeld)
            {
                _held.Dequeue().File.Dispose();
            }
        }
    }
}
