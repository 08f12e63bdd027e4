namespace Orion.Telemetry.Lag;

/// <summary>A route or job kind that stalls the pool.</summary>
/// <param name="Name"><c>POST /reports</c>.</param>
/// <param name="Stalls">Stalls it was blamed for.</param>
/// <param name="Total">Their time together.</param>
/// <param name="Worst">The longest of them.</param>
/// <param name="LastSeen">End of the latest of them.</param>
/// <param name="PresentNotBlamed">Stalls in which it was on a thread without being the one.</param>
public sealed record LagSuspect(string Name, int Stalls, TimeSpan Total, TimeSpan Worst, DateTimeOffset LastSeen, int PresentNotBlamed);

/// <summary>What the lag monitor has found so far.</summary>
public sealed class LagReport
{
    private const int MaxNames = 256;
    private const int MaxRecent = 50;
    private const int EnoughStalls = 3;
    private static readonly TimeSpan s_enoughTime = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();

    // Bounded by MaxNames: past it new names are not begun.
    private readonly Dictionary<string, LagSuspect> _suspects = [];

    // Bounded by MaxRecent, oldest dropped first.
    private readonly Queue<Stall> _recent = new();
    private volatile LagFigures _figures = new(0, 0, 0, 0);
    private long _stalls;

    /// <summary>
    /// Lag of the thread pool over the last full window (<see cref="LagOptions.Window"/>); of the running one before there is one.
    /// </summary>
    public LagFigures Figures
    {
        get => _figures;
        internal set => _figures = value;
    }

    /// <summary>Stalls since the start.</summary>
    public long Stalls => Interlocked.Read(ref _stalls);

    /// <summary>Those with enough evidence (three stalls, or two seconds), the most stalled time first.</summary>
    public IReadOnlyList<LagSuspect> Suspects
    {
        get
        {
            lock (_lock)
            {
                return [.. _suspects.Values.Where(s => s.Stalls >= EnoughStalls || s.Total >= s_enoughTime)
                    .OrderByDescending(s => s.Total)];
            }
        }
    }

    /// <summary>The latest stalls, newest first.</summary>
    public IReadOnlyList<Stall> Recent
    {
        get
        {
            lock (_lock)
            {
                return [.. _recent.Reverse()];
            }
        }
    }

    internal void Add(Stall stall)
    {
        lock (_lock)
        {
            _stalls++;
            _recent.Enqueue(stall);
            if (_recent.Count > MaxRecent)
            {
                _recent.Dequeue();
            }

            foreach (var credit in stall.Credits)
            {
                Note(credit.Name, stall);
            }
        }
    }

    private void Note(string name, Stall stall)
    {
        if (!_suspects.TryGetValue(name, out var known))
        {
            if (_suspects.Count >= MaxNames)
            {
                return;
            }

            known = new LagSuspect(name, 0, TimeSpan.Zero, TimeSpan.Zero, default, 0);
        }

        _suspects[name] = stall.Suspect?.Name == name
            ? known with
            {
                Stalls = known.Stalls + 1,
                Total = known.Total + stall.Length,
                Worst = stall.Length > known.Worst ? stall.Length : known.Worst,
                LastSeen = stall.At,
            }
            : known with { PresentNotBlamed = known.PresentNotBlamed + 1 };
    }
}
