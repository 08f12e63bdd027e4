using System.Globalization;

namespace Orion.OpsPanel.Figures;

/// <summary>Numbers as people read them, always with their unit.</summary>
internal static class Figure
{
    /// <summary>12, 1,234, 12.3 k, 4.56 M.</summary>
    public static string Count(long value) => value switch
    {
        < 10_000 => value.ToString("N0", CultureInfo.InvariantCulture),
        < 1_000_000 => Significant(value / 1e3) + " k",
        < 1_000_000_000 => Significant(value / 1e6) + " M",
        _ => Significant(value / 1e9) + " G",
    };

    /// <summary>Events per second.</summary>
    public static string Rate(double perSecond) => (perSecond is > 0 and < 0.01 ? "< 0.01" : Significant(perSecond)) + " /s";

    /// <summary>A duration: 0.42 ms, 87 ms, 1.24 s, 2 min 3 s, 4 h 5 min, 3 d 2 h.</summary>
    public static string Milliseconds(double ms) => ms switch
    {
        < 0 => "-" + Milliseconds(-ms),
        0 => "0 ms",
        < 0.1 => Significant(ms * 1000) + " µs",
        < 1000 => Significant(ms) + " ms",
        < 60_000 => Significant(ms / 1000) + " s",
        < 3_600_000 => Pair((long)(ms / 1000), 60, "min", "s"),
        < 86_400_000 => Pair((long)(ms / 60_000), 60, "h", "min"),
        _ => Pair((long)(ms / 3_600_000), 24, "d", "h"),
    };

    /// <inheritdoc cref="Milliseconds"/>
    public static string Duration(TimeSpan value) => Milliseconds(value.TotalMilliseconds);

    /// <inheritdoc cref="Milliseconds"/>
    public static string Nanoseconds(long value) => Milliseconds(value / 1e6);

    /// <summary>A share as a percentage; small shares keep a digit that is not zero.</summary>
    public static string Share(long part, long whole)
    {
        if (whole == 0 || part == 0)
        {
            return "0 %";
        }

        var percent = 100.0 * part / whole;
        return (percent < 0.01 ? "< 0.01" : percent > 99.9 && part < whole ? "99.9" : Significant(percent)) + " %";
    }

    /// <summary>Mebibytes.</summary>
    public static string Mebibytes(double value) => value >= 1024 ? Significant(value / 1024) + " GiB" : Significant(value) + " MiB";

    /// <summary>Bytes: 512 B, 4.2 KiB, 61.5 MiB, 1.2 GiB.</summary>
    public static string Bytes(long value) => value switch
    {
        < 1024 => $"{value} B",
        < 1024 * 1024 => Significant(value / 1024.0) + " KiB",
        _ => Mebibytes(value / (1024.0 * 1024)),
    };

    /// <summary>A time span in words for controls: 15 min, 24 h.</summary>
    public static string Window(TimeSpan value) => value.TotalHours >= 1 ? $"{value.TotalHours:0.##} h" : $"{value.TotalMinutes:0} min";

    /// <summary>For SVG coordinates: a percentage with three decimals.</summary>
    public static string Percent(double share) => (share * 100).ToString("0.###", CultureInfo.InvariantCulture) + "%";

    private static string Significant(double value) => (Math.Abs(value) switch
    {
        0 => "0",
        < 0.1 => value.ToString("0.###", CultureInfo.InvariantCulture),
        < 9.995 => value.ToString("0.##", CultureInfo.InvariantCulture),
        < 99.95 => value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => value.ToString("#,##0", CultureInfo.InvariantCulture),
    });

    private static string Pair(long value, int per, string major, string minor) =>
        value % per == 0 ? $"{value / per} {major}" : $"{value / per} {major} {value % per} {minor}";
}
