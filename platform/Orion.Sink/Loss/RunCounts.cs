using System.IO.MemoryMappedFiles;
using Orion.Sink.Writing;

namespace Orion.Sink.Loss;

/// <summary>
/// How many rows of each stream a run was handed, kept where a kill leaves it: in a mapped file, whose pages are the system's and not the
/// process's. A count is one store into memory. (A power cut takes what the system had not written back, as it does of SQLite's own mapped
/// WAL index beside it.)
/// </summary>
/// <remarks>
/// A file a run, <c>PROCESS.RUN.counts</c>. The run's own end removes it; after a kill the next run does, once it has entered what it says.
/// </remarks>
internal sealed unsafe class RunCounts : IDisposable
{
    private const int Bytes = 4096;
    private const long Magic = 0x31544E554F43524F;
    private const string Extension = ".counts";

    // A folder whose accounts cannot be written for long gets no more than so many of them.
    private const int MaxFiles = 64;

    // By their places in the file, so a stream is only ever added at the end.
    private static readonly string[] s_streams =
        [Streams.Lines, Streams.Spans, Streams.Logs, Streams.Metrics, Streams.Heartbeats, Streams.Events, Streams.Tracked];

    private readonly string _path;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    private RunCounts(string path)
    {
        _path = path;

        // Written, not only extended: a page that the disk has no room for would end the process when it is first touched.
        var stream = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            stream.Write(new byte[Bytes]);
            stream.Flush();
        }
        catch
        {
            stream.Dispose();
            Remove(path);
            throw;
        }

        _file = MemoryMappedFile.CreateFromFile(
            stream, mapName: null, Bytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, Bytes);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        *(long*)_start = Magic;
    }

    /// <summary>Begins the counts of a run.</summary>
    /// <returns>Null when the folder has too many already.</returns>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not ours.</exception>
    public static RunCounts? Begin(string directory, WriterRun run) =>
        Files(directory, run.Process).Count < MaxFiles
            ? new RunCounts(Path.Combine(directory, $"{run.Process}.{run.Id}{Extension}"))
            : null;

    /// <summary>Where a stream's count is; it is valid until <see cref="Dispose"/>.</summary>
    public long* CountOf(string stream) => (long*)_start + 1 + Array.IndexOf(s_streams, stream);

    /// <summary>The files of a process, and the runs that they are of.</summary>
    public static List<(string Path, string Run)> Files(string directory, string process)
    {
        var files = new List<(string, string)>();
        foreach (var path in Directory.EnumerateFiles(directory, $"{process}.*{Extension}"))
        {
            // Not those of a process whose name begins with this one's.
            var run = Path.GetFileName(path)[(process.Length + 1)..^Extension.Length];
            if (Guid.TryParseExact(run, "N", out _))
            {
                files.Add((path, run));
            }
        }

        return files;
    }

    /// <summary>
    /// What a run left; empty when the file says nothing, because the machine went down before it was on disk, or when it cannot be read.
    /// </summary>
    public static IReadOnlyList<(string Stream, long Rows)> Read(string path)
    {
        var bytes = new byte[Bytes];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.ReadAtLeast(bytes, Bytes, throwOnEndOfStream: false) < Bytes || BitConverter.ToInt64(bytes) != Magic)
            {
                return [];
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        return [.. s_streams.Select((stream, i) => (stream, BitConverter.ToInt64(bytes, (i + 1) * sizeof(long))))];
    }

    /// <summary>Removes a file; one that cannot be removed now says nothing that is not in the account.</summary>
    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next run tries again.
        }
    }

    /// <summary>Removes the file: the account has it all.</summary>
    public void Remove() => Remove(_path);

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
