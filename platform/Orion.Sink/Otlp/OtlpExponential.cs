namespace Orion.Sink.Otlp;

/// <summary>Buckets of one side of an exponential histogram: the first has the index <paramref name="Offset"/>.</summary>
internal sealed record OtlpBuckets(int Offset, ulong[] Counts)
{
    public static OtlpBuckets None { get; } = new(0, []);

    /// <summary>The same with buckets 2^<paramref name="by"/> times as wide.</summary>
    public OtlpBuckets Coarser(int by)
    {
        if (by == 0 || Counts.Length == 0)
        {
            return this;
        }

        var first = Offset >> by;
        var counts = new ulong[((Offset + Counts.Length - 1) >> by) - first + 1];
        for (var i = 0; i < Counts.Length; i++)
        {
            counts[((Offset + i) >> by) - first] += Counts[i];
        }

        return new OtlpBuckets(first, counts);
    }

    /// <summary>What has been added since <paramref name="before"/>; null when something has gone.</summary>
    public OtlpBuckets? Since(OtlpBuckets before)
    {
        var counts = (ulong[])Counts.Clone();
        for (var i = 0; i < before.Counts.Length; i++)
        {
            var at = (long)before.Offset + i - Offset;
            if (before.Counts[i] > 0)
            {
                if (at < 0 || at >= counts.Length || counts[at] < before.Counts[i])
                {
                    return null;
                }

                counts[at] -= before.Counts[i];
            }
        }

        return this with { Counts = counts };
    }

    /// <summary>Takes out what lies below <paramref name="index"/>, and says how much that was.</summary>
    public (OtlpBuckets Above, ulong Taken) From(long index)
    {
        var first = (int)Math.Clamp(index - Offset, 0, Counts.Length);
        return first == 0
            ? (this, 0)
            : (new OtlpBuckets(Offset + first, Counts[first..]), Counts.Take(first).Aggregate(0UL, (sum, count) => sum + count));
    }
}

/// <summary>
/// The buckets of an exponential histogram (OpenTelemetry's data model): index i holds what is above base^i and at most base^(i+1), with
/// base = 2^(2^-scale). They are stored with bounds of their own, as any other histogram's; the bounds are exact to a double's last digits,
/// so nothing of the sender's precision is lost.
/// </summary>
internal sealed class OtlpExponential
{
    private const int MaxScale = 20;
    private const int MinScale = -10;

    // More than any sender has of one side, empty ones included.
    private const int MaxBuckets = 4_096;

    public int Scale { get; set; }

    public ulong Zero { get; set; }

    /// <summary>What is at most this far from zero is counted in <see cref="Zero"/>.</summary>
    public double ZeroThreshold { get; set; }

    public OtlpBuckets Positive { get; set; } = OtlpBuckets.None;

    public OtlpBuckets Negative { get; set; } = OtlpBuckets.None;

    /// <summary>Roughly what it holds in memory, bytes.</summary>
    public int Size => 200 + (8 * (Positive.Counts.Length + Negative.Counts.Length));

    private OtlpBuckets[] Sides => [Positive, Negative];

    /// <summary>Why it cannot be; null when it can.</summary>
    /// <param name="count">The values that it says it has.</param>
    public string? Problem(ulong count) =>
        Scale is < MinScale or > MaxScale ? $"an exponential histogram's scale is not between {MinScale} and {MaxScale}"
        : !(ZeroThreshold >= 0) || !double.IsFinite(ZeroThreshold)
            ? "an exponential histogram's zero_threshold is not a finite number from 0 on"
        : Sides.Any(s => s.Counts.Length > MaxBuckets) ? $"an exponential histogram has more than {MaxBuckets} buckets on a side"
        : Sides.Any(s => s.Counts.Length > 0 && !double.IsFinite(Bound((long)s.Offset + s.Counts.Length)))
            ? "an exponential histogram's buckets reach beyond the largest number"
        : Sides.Any(s => s.Counts.Length > 0 && Bound((long)s.Offset + 1) == 0)
            ? "an exponential histogram's buckets begin below the smallest number"
        : Sides.SelectMany(s => s.Counts).Append(Zero).Aggregate((UInt128)0, (sum, c) => sum + c) != count
            ? "an exponential histogram's buckets do not add up to its count"
        : null;

    /// <summary>
    /// What has been added since <paramref name="before"/>: none when the two cannot be compared. False when something is less than it was.
    /// </summary>
    /// <remarks>
    /// A sender makes its buckets coarser and its threshold of zero wider as its values spread, never the other way but by starting anew.
    /// </remarks>
    public bool TrySince(OtlpExponential before, out OtlpExponential? added)
    {
        added = null;
        if (before.Scale < Scale || ZeroThreshold < before.ZeroThreshold)
        {
            return true;
        }

        var (zero, positive, negative) =
            (before.Zero, before.Positive.Coarser(before.Scale - Scale), before.Negative.Coarser(before.Scale - Scale));
        if (ZeroThreshold > before.ZeroThreshold)
        {
            // What has come to lie within the threshold is counted as zero from then on. It ends where a bucket does.
            var first = (long)Math.Round(Math.ScaleB(Math.Log2(ZeroThreshold), Scale));
            if (Math.Abs(Bound(first) - ZeroThreshold) > ZeroThreshold * 1e-9)
            {
                return true;
            }

            (positive, var above) = positive.From(first);
            (negative, var below) = negative.From(first);
            zero += above + below;
        }

        if (Zero < zero || Positive.Since(positive) is not { } more || Negative.Since(negative) is not { } less)
        {
            return false;
        }

        added = new OtlpExponential { Scale = Scale, ZeroThreshold = ZeroThreshold, Zero = Zero - zero, Positive = more, Negative = less };
        return true;
    }

    /// <summary>Upper bounds, ascending, and one count more than these; buckets that are empty are joined with their neighbours.</summary>
    public (double[] Bounds, ulong[] Counts) Explicit()
    {
        var (bounds, counts) = (new List<double>(), new List<ulong>());
        for (var i = Negative.Counts.Length - 1; i >= 0; i--)
        {
            Add(-Bound(Negative.Offset + i + 1), -Bound(Negative.Offset + i), Negative.Counts[i]);
        }

        Add(-ZeroThreshold, ZeroThreshold, Zero);
        for (var i = 0; i < Positive.Counts.Length; i++)
        {
            Add(Bound(Positive.Offset + i), Bound(Positive.Offset + i + 1), Positive.Counts[i]);
        }

        return bounds.Count == 0 ? ([], []) : ([.. bounds], [.. counts, 0]);

        void Add(double low, double high, ulong count)
        {
            if (count == 0)
            {
                return;
            }

            // Zero itself needs no lower bound; and a coarse bucket next to a threshold may begin below it.
            if (low < high && (bounds.Count == 0 || bounds[^1] < low))
            {
                bounds.Add(low);
                counts.Add(0);
            }

            if (bounds.Count > 0 && bounds[^1] >= high)
            {
                counts[^1] += count;
            }
            else
            {
                bounds.Add(high);
                counts.Add(count);
            }
        }
    }

    private double Bound(long index) => Math.Pow(2, Math.ScaleB(index, -Scale));
}
