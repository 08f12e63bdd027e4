using Orion.Sink.Rows;

namespace Orion.Sink.Rollups;

/// <summary>
/// What sampling left out, folded on its producer's thread into the figures of its minute: nothing of it waits anywhere, and a busy service
/// costs no more memory than an idle one. The writer takes the figures over in each of its rounds. Striped by processor, so that producers
/// seldom meet.
/// </summary>
internal sealed class LeftOutFold
{
    private const int MaxStripes = 16;

    private readonly Stripe[] _stripes;

    public LeftOutFold(IReadOnlyList<SloRule> slos)
    {
        _stripes = new Stripe[Math.Min(Environment.ProcessorCount, MaxStripes)];
        for (var i = 0; i < _stripes.Length; i++)
        {
            _stripes[i] = new Stripe(new RollupFold(slos, hours: false));
        }
    }

    /// <summary>Counts a row, of which nothing is kept; false once it is closed.</summary>
    public bool TryAdd(SpanRow row)
    {
        var stripe = _stripes[Thread.GetCurrentProcessorId() % _stripes.Length];
        lock (stripe.Lock)
        {
            if (stripe.Closed)
            {
                return false;
            }

            stripe.Fold.Add(row);
            if (row is CanonicalLine)
            {
                stripe.Lines++;
            }
            else
            {
                stripe.Spans++;
            }

            return true;
        }
    }

    /// <summary>Moves all figures; says of how many rows they are. The clock is asked when no row comes in between any more.</summary>
    public (int Lines, int Spans) MoveTo(RollupFold fold, Func<TimeWindow> window)
    {
        var (lines, spans) = (0, 0);
        foreach (var stripe in _stripes)
        {
            lock (stripe.Lock)
            {
                (lines, spans) = (lines + stripe.Lines, spans + stripe.Spans);
                if (stripe.Lines + stripe.Spans > 0)
                {
                    stripe.Fold.MoveTo(fold, window());
                    (stripe.Lines, stripe.Spans) = (0, 0);
                }
            }
        }

        return (lines, spans);
    }

    /// <summary>Takes no further rows.</summary>
    public void Close()
    {
        foreach (var stripe in _stripes)
        {
            lock (stripe.Lock)
            {
                stripe.Closed = true;
            }
        }
    }

    private sealed class Stripe(RollupFold fold)
    {
        public Lock Lock { get; } = new();

        public RollupFold Fold { get; } = fold;

        public int Lines { get; set; }

        public int Spans { get; set; }

        public bool Closed { get; set; }
    }
}
