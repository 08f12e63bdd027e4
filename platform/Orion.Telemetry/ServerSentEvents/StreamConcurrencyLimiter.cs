using Orion.Telemetry.Metrics;

namespace Orion.Telemetry.ServerSentEvents;

/// <summary>The live streams that are open: bounded for each owner and in all.</summary>
public sealed class StreamConcurrencyLimiter
{
    // Bounded by _all; a lease leaves when its stream ends.
    private readonly List<Lease> _leases = [];
    private readonly Lock _lock = new();
    private readonly int _all;
    private readonly int _each;

    /// <summary>None of them is open.</summary>
    /// <param name="all">Most streams of all owners together.</param>
    /// <param name="each">Most streams of one owner.</param>
    /// <param name="metric">Name of the metric that says how many are open; null for none.</param>
    public StreamConcurrencyLimiter(int all, int each, string? metric = null)
    {
        (_all, _each) = (all, each);
        if (metric is not null)
        {
            Measures.Meter.CreateObservableUpDownCounter(metric, () => Open, "{stream}", "Live streams that are open");
        }
    }

    /// <summary>How many are open.</summary>
    public int Open
    {
        get
        {
            lock (_lock)
            {
                return _leases.Count;
            }
        }
    }

    /// <summary>
    /// A lease for one stream, or null when its owner has as many as it may, or all owners together. Disposing it gives it back.
    /// </summary>
    public Lease? TryTake(string owner)
    {
        lock (_lock)
        {
            if (_leases.Count >= _all || _leases.Count(s => s.Owner == owner) >= _each)
            {
                return null;
            }

            var lease = new Lease(this, owner);
            _leases.Add(lease);
            return lease;
        }
    }

    /// <summary>Ends all streams of an owner, at once.</summary>
    public void End(string owner)
    {
        List<Lease> ended;
        lock (_lock)
        {
            ended = _leases.FindAll(s => s.Owner == owner);
        }

        foreach (var lease in ended)
        {
            lease.End();
        }
    }

    private void Leave(Lease lease)
    {
        lock (_lock)
        {
            _leases.Remove(lease);
        }
    }

    /// <summary>The right to one open stream.</summary>
    public sealed class Lease : IDisposable
    {
        private readonly StreamConcurrencyLimiter _limiter;
        private readonly CancellationTokenSource _ended = new();

        internal Lease(StreamConcurrencyLimiter limiter, string owner) => (_limiter, Owner) = (limiter, owner);

        /// <summary>Cancelled by <see cref="StreamConcurrencyLimiter.End"/>.</summary>
        public CancellationToken Ended => _ended.Token;

        internal string Owner { get; }

        /// <summary>Gives it back.</summary>
        public void Dispose()
        {
            _limiter.Leave(this);
            _ended.Dispose();
        }

        internal void End()
        {
            try
            {
                _ended.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The stream ended by itself at the same moment.
            }
        }
    }
}
