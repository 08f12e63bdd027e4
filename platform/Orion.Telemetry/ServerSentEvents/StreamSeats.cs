using Orion.Telemetry.Metrics;

namespace Orion.Telemetry.ServerSentEvents;

/// <summary>The live streams that are open: bounded for each owner and in all.</summary>
public sealed class StreamSeats
{
    // Bounded by _all; a seat leaves when its stream ends.
    private readonly List<Seat> _seats = [];
    private readonly Lock _lock = new();
    private readonly int _all;
    private readonly int _each;

    /// <summary>Seats, none of them taken.</summary>
    /// <param name="all">Most streams of all owners together.</param>
    /// <param name="each">Most streams of one owner.</param>
    /// <param name="metric">Name of the metric that says how many are open; null for none.</param>
    public StreamSeats(int all, int each, string? metric = null)
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
                return _seats.Count;
            }
        }
    }

    /// <summary>A seat for one stream, or null when its owner has no more or the house is full. Disposing it gives it back.</summary>
    public Seat? TryTake(string owner)
    {
        lock (_lock)
        {
            if (_seats.Count >= _all || _seats.Count(s => s.Owner == owner) >= _each)
            {
                return null;
            }

            var seat = new Seat(this, owner);
            _seats.Add(seat);
            return seat;
        }
    }

    /// <summary>Ends all streams of an owner, at once.</summary>
    public void End(string owner)
    {
        List<Seat> ended;
        lock (_lock)
        {
            ended = _seats.FindAll(s => s.Owner == owner);
        }

        foreach (var seat in ended)
        {
            seat.End();
        }
    }

    private void Leave(Seat seat)
    {
        lock (_lock)
        {
            _seats.Remove(seat);
        }
    }

    /// <summary>The right to one open stream.</summary>
    public sealed class Seat : IDisposable
    {
        private readonly StreamSeats _seats;
        private readonly CancellationTokenSource _ended = new();

        internal Seat(StreamSeats seats, string owner) => (_seats, Owner) = (seats, owner);

        /// <summary>Cancelled by <see cref="StreamSeats.End"/>.</summary>
        public CancellationToken Ended => _ended.Token;

        internal string Owner { get; }

        /// <summary>Gives it back.</summary>
        public void Dispose()
        {
            _seats.Leave(this);
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
