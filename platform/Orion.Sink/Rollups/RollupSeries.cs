namespace Orion.Sink.Rollups;

/// <summary>What a rollup is about.</summary>
internal enum RollupKind
{
    /// <summary>All requests and jobs of a service.</summary>
    Service = 0,

    /// <summary>All requests of a surface, over all services.</summary>
    Surface = 1,

    /// <summary>Requests and jobs of one route or job kind.</summary>
    Route = 2,

    /// <summary>Inner spans of one name.</summary>
    Span = 3,

    /// <summary>What one objective is about: its errors are those that were not good, and durations are not kept.</summary>
    Slo = 4,
}

/// <summary>One series of rollups; empty text where a part does not apply.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Service">The service.</param>
/// <param name="Surface">The surface.</param>
/// <param name="Name">Route, job kind, span name or objective.</param>
/// <param name="Class">
/// <c>ok</c>, <c>client_error</c> or <c>error</c>, of an objective its definition; with <c>~</c> at its end for rows that sampling left
/// out.
/// </param>
internal readonly record struct RollupSeries(RollupKind Kind, string Service, string Surface, string Name, string Class);

/// <summary>The figures of one series over one minute or hour.</summary>
internal sealed class RollupCell
{
    public long Count { get; private set; }

    public long Errors { get; private set; }

    public long SumNanos { get; private set; }

    public LogHistogram Durations { get; } = new();

    /// <summary>Whether it holds something its row does not.</summary>
    public bool Dirty { get; set; }

    /// <summary>Whether what its row held before this process touched it is in it.</summary>
    public bool Loaded { get; set; }

    public void Add(long nanos, bool error, bool timed)
    {
        Count++;
        Errors += error ? 1 : 0;
        Dirty = true;
        if (timed)
        {
            SumNanos += nanos;
            Durations.Add(nanos);
        }
    }

    /// <summary>Forgets its figures, and keeps the room it has for others.</summary>
    public void Clear()
    {
        (Count, Errors, SumNanos) = (0, 0, 0);
        Durations.Clear();
    }

    public bool SameAs(RollupCell other) => Count == other.Count && Errors == other.Errors && SumNanos == other.SumNanos
        && Durations.ToBytes().AsSpan().SequenceEqual(other.Durations.ToBytes());

    public void Merge(RollupCell other)
    {
        Count += other.Count;
        Errors += other.Errors;
        SumNanos += other.SumNanos;
        Durations.Merge(other.Durations);
        Dirty = true;
    }

    public void Merge(long count, long errors, long sumNanos, ReadOnlySpan<byte> durations)
    {
        Count += count;
        Errors += errors;
        SumNanos += sumNanos;
        Durations.MergeBytes(durations);
    }
}
