using System.Globalization;

namespace Orion.Sink.Segments;

/// <summary>Where things lie in the sink's folder.</summary>
internal static class SegmentFiles
{
    public const string Central = "telemetry.db";
    private const string DayFormat = "yyyy-MM-dd";

    // No process name has it. Past the first, the parts of a process's day are NAME~2.db, NAME~3.db, ...
    private const char PartMark = '~';

    public static string CentralPath(string directory) => Path.Combine(directory, Central);

    public static string DayFolder(string directory, DateOnly day) =>
        Path.Combine(directory, day.ToString(DayFormat, CultureInfo.InvariantCulture));

    /// <summary>The file of a process and day, or a further part of it.</summary>
    public static string SegmentPath(string directory, DateOnly day, string process, int part = 1) =>
        Path.Combine(DayFolder(directory, day), part == 1 ? $"{process}.db" : $"{process}{PartMark}{part}.db");

    /// <summary>The process that wrote a segment.</summary>
    public static string ProcessOf(string path) => Path.GetFileNameWithoutExtension(path).Split(PartMark)[0];

    /// <summary>Which part of its process's day a segment is; 1 is the first.</summary>
    public static int PartOf(string path) =>
        Path.GetFileNameWithoutExtension(path).Split(PartMark) is [_, var part]
            && int.TryParse(part, CultureInfo.InvariantCulture, out var number)
                ? number
                : 1;

    /// <summary>The parts there are of a process's day, the first one first.</summary>
    public static List<string> Parts(string directory, DateOnly day, string process) =>
        [.. Segments(directory, day).Where(path => ProcessOf(path) == process).OrderBy(PartOf)];

    /// <summary>The file a day's rows go to: the last part, or, when its WAL is larger than it may be, the one after it.</summary>
    public static string PartToWrite(string directory, DateOnly day, string process, long maxWalBytes)
    {
        var last = Parts(directory, day, process).LastOrDefault();
        return last is null ? SegmentPath(directory, day, process)
            : WalBytes(last) > maxWalBytes ? SegmentPath(directory, day, process, PartOf(last) + 1)
            : last;
    }

    /// <summary>Bytes of a file's WAL; 0 when it has none.</summary>
    public static long WalBytes(string path)
    {
        var wal = new FileInfo(path + "-wal");
        return wal.Exists ? wal.Length : 0;
    }

    /// <summary>The days that have a folder, newest first.</summary>
    public static List<DateOnly> Days(string directory)
    {
        var days = new List<DateOnly>();
        if (Directory.Exists(directory))
        {
            foreach (var folder in Directory.EnumerateDirectories(directory))
            {
                var name = Path.GetFileName(folder);
                if (DateOnly.TryParseExact(name, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                {
                    days.Add(day);
                }
            }
        }

        days.Sort((a, b) => b.CompareTo(a));
        return days;
    }

    /// <summary>The segments of a day, by name; none when the folder has gone.</summary>
    public static string[] Segments(string directory, DateOnly day)
    {
        try
        {
            var files = Directory.GetFiles(DayFolder(directory, day), "*.db");
            Array.Sort(files, StringComparer.Ordinal);
            return files;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Bytes of all files in the folder, those set aside too.</summary>
    public static long Bytes(string directory) =>
        Directory.Exists(directory)
            ? new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Exists ? f.Length : 0)
            : 0;

    /// <summary>Renames a damaged file, with its WAL, to <c>NAME.corrupt-STAMP</c>; nothing is deleted.</summary>
    public static void SetAside(string path, string stamp)
    {
        foreach (var suffix in (ReadOnlySpan<string>)["", "-wal", "-shm"])
        {
            if (File.Exists(path + suffix))
            {
                File.Move(path + suffix, $"{path}.corrupt-{stamp}{suffix}", overwrite: true);
            }
        }
    }
}
