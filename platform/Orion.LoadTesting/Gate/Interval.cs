namespace Orion.LoadTesting.Gate;

/// <summary>How sure a share is.</summary>
internal static class Interval
{
    private const double Z95 = 1.959964;

    /// <summary>Wilson's score interval of a share at 95 % confidence (Wilson 1927), as text.</summary>
    public static string Wilson(long part, long all)
    {
        var (low, high) = WilsonBounds(part, all);
        return $"{low * 100:0.##} % to {high * 100:0.##} %";
    }

    /// <summary>The interval's ends, 0 to 1; everything is possible when there is nothing to go by.</summary>
    public static (double Low, double High) WilsonBounds(long part, long all)
    {
        if (all == 0)
        {
            return (0, 1);
        }

        var (p, z2) = ((double)part / all, Z95 * Z95);
        var center = (p + (z2 / (2 * all))) / (1 + (z2 / all));
        var half = Z95 / (1 + (z2 / all)) * Math.Sqrt((p * (1 - p) / all) + (z2 / (4.0 * all * all)));
        return (Math.Max(0, center - half), Math.Min(1, center + half));
    }
}
