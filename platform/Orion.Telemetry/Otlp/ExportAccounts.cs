using Orion.Sink.Loss;

namespace Orion.Telemetry.Otlp;

/// <summary>
/// What became of the spans and log records that this process exports by OTLP; empty while nothing is exported. Metric points are totals:
/// the next export makes up for a lost one.
/// </summary>
public sealed class ExportAccounts
{
    // One a stream, all of them opened before the first export.
    private readonly List<ExportCount> _counts = [];
    private volatile bool _isClosing;

    internal ExportAccounts()
    {
    }

    /// <summary>The accounts as of now, one a stream.</summary>
    public IReadOnlyList<ExportAccount> Read() => [.. _counts.Select(c => c.Read())];

    /// <summary>The process ends: what is not taken now has failed, however often it is to be tried otherwise.</summary>
    internal bool IsClosing => _isClosing;

    /// <summary>From now on nothing is sent a second time.</summary>
    internal void Close() => _isClosing = true;

    /// <summary>Opens an account; to be called before anything is exported.</summary>
    internal ExportCount Open(string stream, int mostOnItsWay)
    {
        var count = new ExportCount(stream, mostOnItsWay);
        _counts.Add(count);
        return count;
    }
}

/// <summary>Counts one stream's exports. Any thread.</summary>
/// <param name="stream">The stream's name in the loss account.</param>
/// <param name="mostOnItsWay">
/// What fits into the exporter's queue and one batch: what is neither there nor settled has been thrown away.
/// </param>
internal sealed class ExportCount(string stream, int mostOnItsWay)
{
    private readonly Lock _lock = new();
    private long _produced;
    private long _delivered;
    private long _failed;
    private long _overflowed;

    public void Produced() => Interlocked.Increment(ref _produced);

    /// <summary>Rows whose fate is known, those that failed among them.</summary>
    public void Settled(int rows, int failed)
    {
        lock (_lock)
        {
            _delivered += rows - failed;
            _failed += failed;
        }
    }

    public ExportAccount Read()
    {
        lock (_lock)
        {
            var produced = Interlocked.Read(ref _produced);
            _overflowed = Math.Max(_overflowed, produced - _delivered - _failed - mostOnItsWay);
            return new ExportAccount(stream, produced, _delivered, _failed, _overflowed);
        }
    }
}
