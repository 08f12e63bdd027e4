using System.Globalization;

namespace OrionPlatform.Sink;

/// <summary>Where things lie in the sink's folder.</summary>
internal static class SegmentFiles
{
    public const string Central = "telemetry.db";
    private const string DayFormat = "yyyy-MM-dd";

    public static string CentralPath(string directory) => Path.Combine(directory, Central);

    public static string DayFolder(string directory, DateOnly day) => Path.Combine(directory, day.ToString(DayFormat, CultureInfo.InvariantCulture));

    public static string SegmentPath(string directory, DateOnly day, string process) => Path.Combine(DayFolder(directory, day), process + ".db");

    /// <summary>The days that have a folder, newest first.</summary>
    public static List<DateOnly> Days(string directory)
    {
        var days = new List<DateOnly>();
        if (Directory.Exists(directory))
        {
            foreach (var folder in Directory.EnumerateDirectories(directory))
            {
                if (DateOnly.TryParseExact(Path.GetFileName(folder), DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
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
        Directory.Exists(directory) ? new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Exists ? f.Length : 0) : 0;

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

    /// <summary>Makes a folder that only its owner can enter.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
