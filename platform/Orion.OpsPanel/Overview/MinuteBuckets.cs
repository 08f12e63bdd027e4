using Orion.Sink.Reading;

namespace Orion.OpsPanel.Overview;

/// <summary>Minutes folded into as many bars as a chart has room for.</summary>
internal static class MinuteBuckets
{
    private const int MaxBars = 72;

    /// <summary>Sums of counts; of latencies the worst minute, because an average of percentiles means nothing.</summary>
    public static IReadOnlyList<MinuteBucket> Fold(IReadOnlyList<MinuteFigures> minutes)
    {
        var size = Math.Max(1, (minutes.Count + MaxBars - 1) / MaxBars);
        return [.. minutes.Chunk(size).Select(chunk => new MinuteBucket(
            chunk[0].Minute, TimeSpan.FromMinutes(chunk.Length), chunk.Sum(m => m.Count), chunk.Sum(m => m.Errors),
            chunk.Max(m => m.P95Ms)))];
    }

    /// <summary>The top of an axis: the next round number from <paramref name="value"/> up, one that halves well.</summary>
    public static double Top(double value) => RoundUp(value, 1, 2, 3, 4, 6, 8, 10);

    /// <summary>The smallest of <paramref name="steps"/> times a power of ten that is not below <paramref name="value"/>.</summary>
    public static double RoundUp(double value, params ReadOnlySpan<double> steps)
    {
        if (value <= 0)
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        foreach (var step in steps)
        {
            if (step * power >= value)
            {
                return step * power;
            }
        }

        return 10 * power;
    }
}

/// <summary>One bar.</summary>
internal sealed record MinuteBucket(DateTimeOffset Start, TimeSpan Length, long Count, long Errors, double WorstP95Ms);
