namespace OrionPlatform.Sink;

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
}

/// <summary>
/// The buckets of an exponential histogram (OpenTelemetry's data model): index i holds what is above base^i and at most base^(i+1), with base = 2^(2^-scale).
/// They are stored with bounds of their own, as any other histogram's; the bounds are exact to a double's last digits, so nothing of the sender's precision is lost.
/// </summary>
internal sealed class OtlpExponential
{
    private const int MaxScale = 20;
    private const int MinScale = -10;

    public int Scale { get; set; }

    public ulong Zero { get; set; }

    /// <summary>What is at most this far from zero is counted in <see cref="Zero"/>.</summary>
    public double ZeroThreshold { get; set; }

    public OtlpBuckets Positive { get; set; } = OtlpBuckets.None;

    public OtlpBuckets Negative { get; set; } = OtlpBuckets.None;

    public string? Problem =>
        Scale is < MinScale or > MaxScale ? $"an exponential histogram's scale is not between {MinScale} and {MaxScale}"
        : !(ZeroThreshold >= 0) || !double.IsFinite(ZeroThreshold) ? "an exponential histogram's zero_threshold is not a finite number from 0 on"
        : Sides.Any(s => (long)s.Offset + s.Counts.Length > int.MaxValue || s.Counts.Length > 0 && !double.IsFinite(Bound(s.Offset + s.Counts.Length))) ? "an exponential histogram's buckets reach beyond the largest number"
        : null;

    private OtlpBuckets[] Sides => [Positive, Negative];

    /// <summary>What has been added since <paramref name="before"/>; null when the two cannot be compared.</summary>
    /// <remarks>A sender makes its buckets coarser as its values spread; it never makes them finer but by starting anew.</remarks>
    public OtlpExponential? Since(OtlpExponential before)
    {
        var by = before.Scale - Scale;
        return by >= 0 && ZeroThreshold.Equals(before.ZeroThreshold) && Zero >= before.Zero
            && Positive.Since(before.Positive.Coarser(by)) is { } positive && Negative.Since(before.Negative.Coarser(by)) is { } negative
            ? new OtlpExponential { Scale = Scale, ZeroThreshold = ZeroThreshold, Zero = Zero - before.Zero, Positive = positive, Negative = negative }
            : null;
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

    private double Bound(int index) => Math.Pow(2, Math.ScaleB(index, -Scale));
}
