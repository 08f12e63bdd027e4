using HdrHistogram;

namespace Orion.LoadTesting.Measuring;

/// <summary>
/// Counts of whole numbers (microseconds, bytes) from 0 to <see cref="Largest"/> with three significant digits: a percentile is at most
/// 0.1 % above the exact one, never below it. Counts of given limits, the smallest and the largest are exact. Not thread-safe: its owner
/// locks.
/// </summary>
/// <remarks>Recording allocates nothing; memory is 225 KiB from the beginning, whatever is recorded.</remarks>
internal sealed class Histogram
{
    /// <summary>
    /// The largest number kept apart: a day in microseconds, which is the longest run, or 80 GiB. Larger ones count as this.
    /// </summary>
    public const long Largest = 86_400_000_000;

    private const int SignificantDigits = 3;
    private readonly LongHistogram _counts = new(1, Largest, SignificantDigits);
    private readonly long[] _limits;
    private readonly long[] _atOrAbove;

    /// <param name="exactLimits">Limits whose exceedances are counted exactly.</param>
    public Histogram(params long[] exactLimits)
    {
        _limits = exactLimits;
        _atOrAbove = new long[exactLimits.Length];
    }

    public long Count => _counts.TotalCount;

    /// <summary>Smallest number recorded; 0 when there is none.</summary>
    public long Min { get; private set; }

    /// <summary>Largest number recorded; 0 when there is none.</summary>
    public long Max { get; private set; }

    /// <summary>How many numbers were negative or over <see cref="Largest"/>; each counts as the nearest that is not.</summary>
    public long OutOfRange { get; private set; }

    public double Mean => Count == 0 ? 0 : _counts.GetMean();

    public double StandardDeviation => Count == 0 ? 0 : _counts.GetStdDeviation();

    public void Record(long value)
    {
        var inRange = Math.Clamp(value, 0, Largest);
        OutOfRange += inRange == value ? 0 : 1;
        Min = Count == 0 ? inRange : Math.Min(Min, inRange);
        Max = Math.Max(Max, inRange);
        _counts.RecordValue(inRange);
        for (var i = 0; i < _limits.Length; i++)
        {
            _atOrAbove[i] += inRange >= _limits[i] ? 1 : 0;
        }
    }

    /// <summary>How many numbers were <paramref name="limit"/> or more: exact, and only for a limit given at construction.</summary>
    public long AtOrAbove(long limit)
    {
        var index = Array.IndexOf(_limits, limit);
        return index >= 0
            ? _atOrAbove[index]
            : throw new ArgumentException($"{limit} is not one of the exact limits of this histogram.", nameof(limit));
    }

    /// <summary>The nearest-rank percentile: the smallest number that at least <paramref name="percent"/> % of all do not exceed.</summary>
    public long Percentile(double percent)
    {
        if (Count == 0)
        {
            return 0;
        }

        // The library rounds its rank to the nearest one, which may be the one before; asked for the share of a rank, it finds that rank.
        return Math.Clamp(_counts.GetValueAtPercentile(100.0 * Rank(percent, Count) / Count), Min, Max);
    }

    /// <summary>
    /// How many of <paramref name="count"/> sorted numbers the percentile stands at: ceil(percent / 100 * count), at least 1.
    /// </summary>
    public static long Rank(double percent, long count) => Math.Max(1, (long)Math.Ceiling((percent / 100 * count) - 1e-9));

    /// <summary>Adds the counts of <paramref name="other"/>, which has to have the same exact limits.</summary>
    public void Add(Histogram other)
    {
        if (!_limits.AsSpan().SequenceEqual(other._limits))
        {
            throw new ArgumentException("Only histograms with the same exact limits can be merged.", nameof(other));
        }

        Min = Count == 0 ? other.Min : other.Count == 0 ? Min : Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
        OutOfRange += other.OutOfRange;
        _counts.Add(other._counts);
        for (var i = 0; i < _limits.Length; i++)
        {
            _atOrAbove[i] += other._atOrAbove[i];
        }
    }

    /// <summary>A copy that further records do not change.</summary>
    public Histogram Copy()
    {
        var copy = new Histogram(_limits);
        copy.Add(this);
        return copy;
    }
}
