using Orion.Store.Sql;

namespace Orion.Store.Sqlite;

/// <summary>
/// Tells the other processes of a database that this one committed: each commit writes a byte to a file that the others have the system
/// watch, so that nobody has to look again and again. A signal may be lost, and programs that are not ours give none; who waits also looks
/// by itself, at long intervals.
/// </summary>
/// <remarks>
/// On Linux, whose inotify tells at once and only of this folder. (What the database's own files tell comes too early: the log is written
/// some milliseconds before its rows can be seen.) Elsewhere nothing is told.
/// </remarks>
internal sealed class CommitSignal : IDisposable
{
    private readonly FileStream? _file;
    private readonly Action _heard;
    private FileSystemWatcher? _watcher;
    private bool _hasTried;

    private CommitSignal(FileStream? file, Action heard) => (_file, _heard) = (file, heard);

    /// <summary>Whether commits of others are heard of.</summary>
    public bool IsHeard => _watcher is not null;

    /// <summary>The signal of that database; one that is silent where there can be none.</summary>
    /// <param name="database">The database's file.</param>
    /// <param name="heard">Called, on a thread of the system's, when another process may have committed.</param>
    public static CommitSignal Of(SqliteFile database, Action heard)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new CommitSignal(null, heard);
        }

        // A folder of its own, since a watch hears of every file of its folder.
        var folder = database.FullPath + "-commits";
        try
        {
            SqliteFile.MakePrivate(folder);
            var options = new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
            };
            return new CommitSignal(new FileStream(Path.Combine(folder, "signal"), options), heard);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new CommitSignal(null, heard);
        }
    }

    /// <summary>Begins to listen. Where the system has no watch left, nothing is heard.</summary>
    public void Listen()
    {
        if (_file is null || _hasTried)
        {
            return;
        }

        _hasTried = true;

        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(Path.GetDirectoryName(_file.Name)!) { NotifyFilter = NotifyFilters.LastWrite };
            watcher.Changed += (_, _) => _heard();
            watcher.Error += (_, _) => _heard();
            watcher.EnableRaisingEvents = true;
            _watcher = watcher;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            watcher?.Dispose();
        }
    }

    /// <summary>Tells the others. Never fails: what they are not told they find out by looking.</summary>
    public void Tell()
    {
        try
        {
            if (_file is not null)
            {
                RandomAccess.Write(_file.SafeFileHandle, [1], 0);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // A full disk: the others look by themselves.
        }
    }

    public void Dispose()
    {
        _watcher?.Dispose();
        _file?.Dispose();
    }
}
