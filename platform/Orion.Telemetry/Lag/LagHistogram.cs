namespace Orion.Telemetry.Lag;

/// <summary>Thread-pool lag over one window, milliseconds.</summary>
/// <param name="P50Ms">Median.</param>
/// <param name="P99Ms">99th percentile.</param>
/// <param name="MaxMs">Largest.</param>
/// <param name="Samples">Probes taken.</param>
public sealed record LagFigures(double P50Ms, double P99Ms, double MaxMs, int Samples);

/// <summary>Counts lags in buckets that grow by a factor of 2^(1/8), so that a percentile is within 9 % of the truth. One writer.</summary>
internal sealed class LagHistogram
{
    private const int PerDoubling = 8;
    private const double SmallestMs = 0.01;

    private readonly int[] _counts = new int[PerDoubling * 24];
    private int _total;
    private double _max;

    public void Add(double ms)
    {
        var bucket = ms <= SmallestMs ? 0 : Math.Min(_counts.Length - 1, 1 + (int)(Math.Log2(ms / SmallestMs) * PerDoubling));
        _counts[bucket]++;
        _total++;
        _max = Math.Max(_max, ms);
    }

    /// <summary>The figures so far; starts anew.</summary>
    public LagFigures Take()
    {
        var figures = new LagFigures(Percentile(0.50), Percentile(0.99), _max, _total);
        Array.Clear(_counts);
        _total = 0;
        _max = 0;
        return figures;
    }

    private double Percentile(double share)
    {
        var rank = (long)Math.Ceiling(share * _total);
        var seen = 0L;
        for (var i = 0; i < _counts.Length && _total > 0; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                return Math.Min(_max, SmallestMs * Math.Pow(2, i / (double)PerDoubling));
            }
        }

        return 0;
    }
}
