using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>A file that a read had to leave out, wholly or from the damage on: what it holds is missing from the result.</summary>
/// <param name="File">The file within the telemetry folder: <c>2026-11-21/api.db</c>.</param>
/// <param name="Reason">
/// Why, in a word: <c>newer_schema</c>, <c>corrupt</c>, <c>locked</c>, <c>cannot_open</c>, <c>io_error</c>, <c>error</c>.
/// </param>
/// <param name="Message">Why, as it was reported.</param>
public sealed record SkippedFile(string File, string Reason, string Message);

/// <summary>
/// One read over many segments. A segment that cannot be read is left out and named; the read itself ends only by its
/// <see cref="ReadLimit"/>.
/// </summary>
internal sealed class SegmentReads(string directory, ReadLimit limit)
{
    // Bounded by the files there are: each is named once.
    private readonly List<SkippedFile> _skipped = [];

    public IReadOnlyList<SkippedFile> Skipped => _skipped;

    /// <summary>The segments of a day, by name.</summary>
    public string[] Of(DateOnly day)
    {
        try
        {
            return SegmentFiles.Segments(directory, day);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Skip(SegmentFiles.DayFolder(directory, day), "cannot_open", exception.Message);
            return [];
        }
    }

    /// <summary>Opens a segment; null when it has gone, has no tables yet, or is left out.</summary>
    public SegmentReader? TryOpen(string path)
    {
        SegmentReader? segment = null;
        Try(path, () => segment = SegmentReader.TryOpen(path, limit));
        return segment;
    }

    /// <summary>Opens a segment, reads it and closes it.</summary>
    public void Read(string path, Action<SegmentReader> read)
    {
        if (TryOpen(path) is { } segment)
        {
            using (segment)
            {
                Try(path, () => read(segment));
            }
        }
    }

    /// <summary>Reads of a segment; false when that failed and the segment is left out.</summary>
    public bool Try(string path, Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (SqliteFailure failure) when (!failure.IsInterrupt)
        {
            Skip(path, failure.Reason, failure.Message);
            return false;
        }
    }

    private void Skip(string path, string reason, string message)
    {
        var file = Path.GetRelativePath(directory, path).Replace('\\', '/');
        if (!_skipped.Exists(s => s.File == file))
        {
            _skipped.Add(new SkippedFile(file, reason, message));
        }
    }
}
