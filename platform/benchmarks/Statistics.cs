namespace Orion.Benchmarks;

/// <summary>What is said of several rounds' figures.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

    /// <summary>The value that a part of them does not exceed; of few values the next higher one.</summary>
    public static double Quantile(IEnumerable<double> values, double part)
    {
        var ordered = values.Order().ToArray();
        return ordered[Math.Min((int)(part * ordered.Length), ordered.Length - 1)];
    }

    /// <summary>Half the distance between the quartiles: how far a round's figure usually is from their median.</summary>
    public static double Spread(IEnumerable<double> values)
    {
        var ordered = values.Order().ToArray();
        return (ordered[ordered.Length * 3 / 4] - ordered[ordered.Length / 4]) / 2;
    }
}
