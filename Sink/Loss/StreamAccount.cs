namespace OrionPlatform.Sink;

/// <summary>What became of a stream's rows: produced = stored + sampled out + dropped + buffered.</summary>
internal sealed class StreamAccount(string stream)
{
    public string Stream { get; } = stream;

    public long Produced { get; set; }

    public long Stored { get; set; }

    public long SampledOut { get; set; }

    /// <summary>By reason; bounded by the handful of reasons in the code.</summary>
    public Dictionary<string, long> Drops { get; private init; } = [];

    public long Dropped => Drops.Values.Sum();

    public long Buffered => Produced - Stored - SampledOut - Dropped;

    public void Drop(string reason, long rows) => Drops[reason] = Drops.GetValueOrDefault(reason) + rows;

    public StreamAccount Copy() =>
        new(Stream) { Produced = Produced, Stored = Stored, SampledOut = SampledOut, Drops = new Dictionary<string, long>(Drops) };
}
