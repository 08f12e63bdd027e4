using Orion.Sink.Metrics;

namespace Orion.Sink.Otlp;

/// <summary>What a metric's points have in common, as it came over OTLP.</summary>
internal sealed class OtlpMetric
{
    public required OtlpSource Source { get; init; }

    public string Name { get; set; } = "";

    public string Unit { get; set; } = "";

    public string? Description { get; set; }
}

/// <summary>Which of OTLP's five kinds of data a point belongs to.</summary>
internal enum OtlpData
{
    Gauge,
    Sum,
    Histogram,
    Exponential,
    Summary,
}

/// <summary>A data point as it came, in either encoding. What was not set is null: it is not zero.</summary>
internal sealed class OtlpPoint
{
    // More than any sender has; each becomes a series.
    private const int MaxQuantiles = 100;

    // So that whatever is added up of counts stays an integer.
    private const ulong MaxCount = 1UL << 53;

    public OtlpData Data { get; set; }

    public bool Monotonic { get; set; }

    public int Temporality { get; set; }

    /// <summary>When the sequence of points began that it belongs to; 0 when that is not known.</summary>
    public ulong Start { get; set; }

    public ulong Time { get; set; }

    /// <summary>The sender has no value for this round (the flag <c>NO_RECORDED_VALUE</c>).</summary>
    public bool Missing { get; set; }

    /// <summary>A number, or a distribution's sum.</summary>
    public double? Value { get; set; }

    /// <summary>Measurements of a distribution.</summary>
    public ulong Count { get; set; }

    public double? Min { get; set; }

    public double? Max { get; set; }

    public List<double> Bounds { get; } = [];

    public List<ulong> Buckets { get; } = [];

    public OtlpExponential? Exponential { get; set; }

    public List<(double Quantile, double Value)> Quantiles { get; } = [];

    public OtlpAttributes Attributes { get; } = new();

    public bool IsNumber => Data is OtlpData.Gauge or OtlpData.Sum;

    public bool IsCumulative => Data == OtlpData.Summary || Temporality == (int)MetricTemporality.Cumulative;

    /// <summary>
    /// Whether what is stored is what was added, and so depends on the points before it. A sum that goes down too is a level when it comes
    /// as a total.
    /// </summary>
    public bool IsAmount => Data switch
    {
        OtlpData.Gauge => false,
        OtlpData.Sum => Monotonic || !IsCumulative,
        _ => true,
    };

    /// <summary>Why OpenTelemetry's data model does not allow it; null when it does.</summary>
    public string? Problem => Missing ? null
        : HasTemporality && Temporality is not (1 or 2) ? "a sum's or histogram's aggregation_temporality is not delta or cumulative"
        : HasTemporality && Time > 0 && Start > Time ? "a data point's start_time_unix_nano is after its time_unix_nano"
        : IsNumber ? NumberProblem
        : Count > MaxCount || Buckets.Exists(b => b > MaxCount) ? $"a count is larger than {MaxCount}"
        : Quantiles.Count > MaxQuantiles ? $"a summary has more than {MaxQuantiles} quantiles"
        : Quantiles.Exists(q => q.Quantile is not (>= 0 and <= 1)) ? "a summary's quantile is not between 0 and 1"
        : Exponential?.Problem(Count);

    private bool HasTemporality => Data is OtlpData.Sum or OtlpData.Histogram or OtlpData.Exponential;

    private string? NumberProblem => Value is null ? "a number data point has neither as_int nor as_double"
        : Data == OtlpData.Sum && Monotonic && Value < 0 ? "a sum that only goes up is negative"
        : null;
}

/// <summary>What a point amounts to: of one that sends totals first the total, then what was added.</summary>
internal sealed record OtlpAmount(
    double? Value, ulong Count, double? Min, double? Max, double[] Bounds, ulong[] Buckets, OtlpExponential? Exponential)
{
    public static OtlpAmount Of(OtlpPoint point) =>
        new(point.Value, point.Count, point.Min, point.Max, [.. point.Bounds], [.. point.Buckets], point.Exponential);

    /// <summary>Roughly what it holds in memory, bytes.</summary>
    public int Size => 120 + (8 * (Bounds.Length + Buckets.Length)) + (Exponential?.Size ?? 0);

    /// <summary>The same without its buckets.</summary>
    public OtlpAmount Bare => this with { Bounds = [], Buckets = [], Exponential = null };

    /// <summary>What was added since <paramref name="before"/>; null when something is less than it was, which a total never is.</summary>
    /// <remarks>Least and greatest value are of the sequence's whole life, not of what was added.</remarks>
    public OtlpAmount? Since(OtlpAmount before, bool isNumber)
    {
        if (isNumber ? Value < before.Value : Count < before.Count)
        {
            return null;
        }

        var (bounds, buckets, exponential) = ((double[])[], (ulong[])[], (OtlpExponential?)null);
        if (Exponential is not null && before.Exponential is not null)
        {
            if (!Exponential.TrySince(before.Exponential, out exponential))
            {
                return null;
            }
        }
        else if (Buckets.Length > 0 && Buckets.Length == before.Buckets.Length && Bounds.AsSpan().SequenceEqual(before.Bounds))
        {
            if (Buckets.Zip(before.Buckets).Any(b => b.First < b.Second))
            {
                return null;
            }

            (bounds, buckets) = (Bounds, [.. Buckets.Zip(before.Buckets, (now, then) => now - then)]);
        }

        return new OtlpAmount(Value - before.Value, Count - before.Count, null, null, bounds, buckets, exponential);
    }
}
