using Microsoft.Extensions.Options;

namespace OrionPlatform.OpsPanel;

/// <summary>The live streams that are open: bounded per session and in all, and cut off when their session ends.</summary>
internal sealed class StreamSeats(IOptions<OpsPanelOptions> options)
{
    // Bounded by MaxStreams; a seat leaves when its stream ends.
    private readonly List<Seat> _seats = [];
    private readonly Lock _lock = new();

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

    /// <summary>A seat for one stream, or null when the session or the house is full.</summary>
    public Seat? TryTake(string session)
    {
        lock (_lock)
        {
            if (_seats.Count >= options.Value.MaxStreams || _seats.Count(s => s.Session == session) >= options.Value.MaxStreamsPerSession)
            {
                return null;
            }

            var seat = new Seat(this, session);
            _seats.Add(seat);
            return seat;
        }
    }

    /// <summary>Ends all streams of a session, at once.</summary>
    public void EndSession(string session)
    {
        List<Seat> ended;
        lock (_lock)
        {
            ended = _seats.FindAll(s => s.Session == session);
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

    internal sealed class Seat(StreamSeats owner, string session) : IDisposable
    {
        private readonly CancellationTokenSource _ended = new();

        public string Session => session;

        public CancellationToken Ended => _ended.Token;

        public void End()
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

        public void Dispose()
        {
            owner.Leave(this);
            _ended.Dispose();
        }
    }
}
