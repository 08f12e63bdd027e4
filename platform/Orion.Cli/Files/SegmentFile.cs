using Orion.Sink.Reading;
using Orion.Sink.Segments;

namespace Orion.Cli.Files;

/// <summary>A process's file of one day, or a part of it.</summary>
internal sealed record SegmentFile(DateOnly Day, string Process, string Path)
{
    public override string ToString() => $"{Day:yyyy-MM-dd}/{System.IO.Path.GetFileName(Path)}";
}

/// <summary>Which segments are read: SQLite attaches a limited number of files to a connection.</summary>
internal static class SegmentChoice
{
    /// <summary>Those of the range asked for; without a range, those of the newest days that fit.</summary>
    /// <exception cref="CommandException">More files lie in the range asked for than fit.</exception>
    public static (List<SegmentFile> Taken, List<SegmentFile> LeftOut) Of(Request request, int room)
    {
        var range = TimeRange.Of(request.From, request.To);
        var days = SegmentFiles.Days(request.Directory).Where(range.Touches)
            .Select(day => (Day: day, Files: Files(request, day)))
            .Where(d => d.Files.Count > 0)
            .ToList();
        var taken = new List<SegmentFile>();
        foreach (var (_, files) in days)
        {
            if (taken.Count + files.Count > room)
            {
                break;
            }

            taken.AddRange(files);
        }

        if (taken.Count == 0 && days.Count > 0)
        {
            // More processes in one day than fit: those that wrote last.
            taken.AddRange(days[0].Files.OrderByDescending(f => File.GetLastWriteTimeUtc(f.Path)).Take(room));
        }

        var leftOut = days.SelectMany(d => d.Files).Except(taken).ToList();
        return leftOut.Count == 0 || (request.From is null && request.To is null)
            ? (taken, leftOut)
            : throw new CommandException($"{taken.Count + leftOut.Count} files lie in that time, and {room} can be read at once. "
                + $"Left out would be {string.Join(", ", leftOut)}: ask for fewer days at a time, or for one process with --process.");
    }

    private static List<SegmentFile> Files(Request request, DateOnly day) =>
        [.. SegmentFiles.Segments(request.Directory, day)
            .Select(path => new SegmentFile(day, SegmentFiles.ProcessOf(path), path))
            .Where(f => request.Process is null || f.Process == request.Process)];
}
