using System.Globalization;

namespace Orion.Sink.Reading;

/// <summary>Where a page ended: the last row's key and file. Rows are ordered by day, then key, newest first, then file.</summary>
internal sealed record Cursor(DateOnly Day, long Key, string File)
{
    private const string DayFormat = "yyyyMMdd";

    /// <summary>Reads a cursor that <see cref="ToString"/> wrote.</summary>
    /// <exception cref="ArgumentException">It is not one.</exception>
    public static Cursor? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var parts = text.Split(':', 3);
        return parts.Length == 3
            && DateOnly.TryParseExact(parts[0], DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var key)
            ? new Cursor(day, key, parts[2])
            : throw new ArgumentException($"'{text}' is not the cursor of a page.", nameof(text));
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Day.ToString(DayFormat, CultureInfo.InvariantCulture)}:{Key}:{File}");

    /// <summary>The condition that leaves out, of a file of a day, what earlier pages have shown; null when all of it was shown.</summary>
    public string? Condition(DateOnly day, string file) =>
        day < Day ? "" : day > Day ? null : string.CompareOrdinal(file, File) > 0 ? $" AND id <= {Key}" : $" AND id < {Key}";
}
