namespace OrionPlatform.Sink;

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

/// <summary>A data point as it came, in either encoding.</summary>
internal sealed class OtlpPoint
{
    public OtlpData Data { get; set; }

    public bool Monotonic { get; set; }

    /// <summary>1 delta, 2 cumulative.</summary>
    public int Temporality { get; set; }

    public ulong Start { get; set; }

    public ulong Time { get; set; }

    /// <summary>The sender has no value for this round.</summary>
    public bool Missing { get; set; }

    /// <summary>A number, or a distribution's sum.</summary>
    public double Value { get; set; }

    public ulong Count { get; set; } = 1;

    public double? Min { get; set; }

    public double? Max { get; set; }

    public List<double> Bounds { get; } = [];

    public List<ulong> Buckets { get; } = [];

    public OtlpExponential? Exponential { get; set; }

    public List<(double Quantile, double Value)> Quantiles { get; } = [];

    public OtlpAttributes Attributes { get; } = new();
}
