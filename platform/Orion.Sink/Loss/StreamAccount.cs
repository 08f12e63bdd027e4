namespace Orion.Sink.Loss;

/// <summary>What became of a stream's rows: produced = stored + sampled out + dropped + buffered.</summary>
internal sealed class StreamAccount(string stream)
{
    private const int MaxTenants = 1_000;

    public string Stream { get; } = stream;

    public long Produced { get; set; }

    public long Stored { get; set; }

    public long SampledOut { get; set; }

    /// <summary>By reason and tenant; bounded by the handful of reasons in the code times <see cref="MaxTenants"/>.</summary>
    public Dictionary<(string Reason, string Tenant), long> Drops { get; private init; } = [];

    public long Dropped { get; private set; }

    public long Buffered => Produced - Stored - SampledOut - Dropped;

    public void Drop(string reason, string? tenant, long rows)
    {
        if (rows == 0)
        {
            return;
        }

        Dropped += rows;
        var key = (reason, tenant ?? "");
        if (!Drops.TryGetValue(key, out var before) && Drops.Count >= MaxTenants)
        {
            key = (reason, "(other)");
            before = Drops.GetValueOrDefault(key);
        }

        Drops[key] = before + rows;
    }

    public StreamAccount Copy() =>
        new(Stream) { Produced = Produced, Stored = Stored, SampledOut = SampledOut, Dropped = Dropped, Drops = new(Drops) };
}
