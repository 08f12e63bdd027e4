using System.Numerics;

namespace OrionPlatform.LoadTests;

/// <summary>
/// Counts of non-negative whole numbers (microseconds, bytes) in logarithmic buckets: 1,024 linear steps in each power of two, so a
/// percentile is within 0.05 % of the exact one. Counts of given limits are exact. Not thread-safe: its owner locks.
/// </summary>
/// <remarks>Memory is bounded: a page of 8 KiB for each power of two that occurred, at most 31 of them.</remarks>
internal sealed class Histogram
{
    private const int StepBits = 10;
    private const int Steps = 1 << StepBits;
    private const int Pages = 31;

    /// <summary>The largest number kept apart: 2^40 - 1 (12 days in microseconds, 1 TiB in bytes); larger ones count as this one.</summary>
    public const long Largest = (1L << (StepBits + Pages - 1)) - 1;

    private readonly long[]?[] _pages = new long[]?[Pages];
    private readonly long[] _limits;
    private readonly long[] _atOrAbove;
    private double _sum;
    private double _sumOfSquares;

    /// <param name="exactLimits">Limits whose exceedances are counted exactly.</param>
    public Histogram(params long[] exactLimits)
    {
        _limits = exactLimits;
        _atOrAbove = new long[exactLimits.Length];
    }

    public long Count { get; private set; }

    /// <summary>Smallest number recorded; 0 when there is none.</summary>
    public long Min { get; private set; }

    /// <summary>Largest number recorded; 0 when there is none.</summary>
    public long Max { get; private set; }

    public double Mean => Count == 0 ? 0 : _sum / Count;

    public double StandardDeviation => Count == 0 ? 0 : Math.Sqrt(Math.Max(0, (_sumOfSquares / Count) - (Mean * Mean)));

    public void Record(long value)
    {
        value = Math.Clamp(value, 0, Largest);
        var (page, step) = Locate(value);
        (_pages[page] ??= new long[Steps])[step]++;
        Min = Count == 0 ? value : Math.Min(Min, value);
        Max = Math.Max(Max, value);
        Count++;
        _sum += value;
        _sumOfSquares += (double)value * value;
        for (var i = 0; i < _limits.Length; i++)
        {
            _atOrAbove[i] += value >= _limits[i] ? 1 : 0;
        }
    }

    /// <summary>How many numbers were <paramref name="limit"/> or more: exact, and only for a limit given at construction.</summary>
    public long AtOrAbove(long limit)
    {
        var index = Array.IndexOf(_limits, limit);
        return index >= 0 ? _atOrAbove[index] : throw new ArgumentException($"{limit} is not one of the exact limits of this histogram.", nameof(limit));
    }

    /// <summary>The nearest-rank percentile: the smallest number that at least <paramref name="percent"/> % of all do not exceed.</summary>
    public long Percentile(double percent)
    {
        if (Count == 0)
        {
            return 0;
        }

        var rank = Rank(percent, Count);
        if (rank >= Count)
        {
            return Max;
        }

        var seen = 0L;
        for (var page = 0; page < Pages; page++)
        {
            for (var step = 0; _pages[page] is { } counts && step < Steps; step++)
            {
                seen += counts[step];
                if (seen >= rank)
                {
                    return Math.Clamp(Middle(page, step), Min, Max);
                }
            }
        }

        return Max;
    }

    /// <summary>How many of <paramref name="count"/> sorted numbers the percentile stands at: ceil(percent / 100 * count), at least 1.</summary>
    public static long Rank(double percent, long count) => Math.Max(1, (long)Math.Ceiling((percent / 100 * count) - 1e-9));

    /// <summary>Adds the counts of <paramref name="other"/>, which has to have the same exact limits.</summary>
    public void Add(Histogram other)
    {
        if (!_limits.AsSpan().SequenceEqual(other._limits))
        {
            throw new ArgumentException("Only histograms with the same exact limits can be merged.", nameof(other));
        }

        for (var page = 0; page < Pages; page++)
        {
            if (other._pages[page] is { } theirs)
            {
                var ours = _pages[page] ??= new long[Steps];
                for (var step = 0; step < Steps; step++)
                {
                    ours[step] += theirs[step];
                }
            }
        }

        for (var i = 0; i < _limits.Length; i++)
        {
            _atOrAbove[i] += other._atOrAbove[i];
        }

        Min = Count == 0 ? other.Min : other.Count == 0 ? Min : Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
        Count += other.Count;
        _sum += other._sum;
        _sumOfSquares += other._sumOfSquares;
    }

    /// <summary>A copy that further records do not change.</summary>
    public Histogram Copy()
    {
        var copy = new Histogram(_limits);
        copy.Add(this);
        return copy;
    }

    // Page 0 holds 0..1023 one by one; page p the numbers of p + 10 significant bits, by their 10 bits below the leading one.
    private static (int Page, int Step) Locate(long value)
    {
        var page = Math.Max(0, BitOperations.Log2((ulong)value) - StepBits + 1);
        return page == 0 ? (0, (int)value) : (page, (int)(value >> (page - 1)) - Steps);
    }

    private static long Middle(int page, int step) =>
        page == 0 ? step : ((long)(Steps + step) << (page - 1)) + ((1L << (page - 1)) >> 1);
}
