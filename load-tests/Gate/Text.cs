using System.Globalization;

namespace OrionPlatform.LoadTests;

/// <summary>Figures as people read them.</summary>
internal static class Text
{
    public static string Ms(TimeSpan time) => Number(time.TotalMilliseconds) + " ms";

    public static string Ms(long micros) => Number(micros / 1000.0) + " ms";

    /// <summary>Columns as wide as their widest cell; the first one to the left, figures to the right.</summary>
    public static IEnumerable<string> Columns(IReadOnlyList<IReadOnlyList<string>> rows, IReadOnlySet<int> left)
    {
        var widths = rows[0].Select((_, column) => rows.Max(r => r[column].Length)).ToList();
        return rows.Select(row => string.Join("  ", row.Select((cell, i) => left.Contains(i) ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd());
    }

    private static string Number(double ms) => ms.ToString(ms >= 100 ? "0" : ms >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
}
