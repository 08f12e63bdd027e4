namespace OrionPlatform.Sink;

/// <summary>What a metric's points have in common, as it came over OTLP.</summary>
internal sealed class OtlpMetric
{
    public string? Service { get; init; }

    /// <summary><c>service.instance.id</c> of the sender: tells two senders of one service apart.</summary>
    public string? Instance { get; init; }

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

    /// <summary>Exponential histograms and summaries: counted, not stored.</summary>
    Other,
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

    /// <summary>A number, or a histogram's sum.</summary>
    public double Value { get; set; }

    public ulong Count { get; set; } = 1;

    public double? Min { get; set; }

    public double? Max { get; set; }

    public List<double> Bounds { get; } = [];

    public List<ulong> Buckets { get; } = [];

    public OtlpAttributes Attributes { get; } = new();
}
