namespace OrionPlatform.NodeAgent;

/// <summary>
/// Workloads that ended here and that the platform may still believe to run: an answer given before it knew must not start them
/// again. An entry leaves with the first heartbeat that was sent after the platform had been told.
/// </summary>
internal sealed class EndedWorkloads
{
    private readonly Lock _lock = new();

    // Bounded by the workloads that end between two heartbeats, or while the platform cannot be reached.
    private readonly Dictionary<string, long?> _toldBefore = [];
    private long _beat;

    /// <summary>A heartbeat is about to be sent; returns its number.</summary>
    public long NextBeat()
    {
        lock (_lock)
        {
            return ++_beat;
        }
    }

    /// <summary>It ended; the platform does not know yet.</summary>
    public void Ended(string allocationId)
    {
        lock (_lock)
        {
            _toldBefore[allocationId] = null;
        }
    }

    /// <summary>The platform knows now: heartbeats sent from here on are answered with that knowledge.</summary>
    public void Told(string allocationId)
    {
        lock (_lock)
        {
            if (_toldBefore.ContainsKey(allocationId))
            {
                _toldBefore[allocationId] = _beat;
            }
        }
    }

    /// <summary>Whether that heartbeat's answer still rests on the workload running.</summary>
    public bool Contradicts(string allocationId, long beat)
    {
        lock (_lock)
        {
            return _toldBefore.TryGetValue(allocationId, out var told) && (told is null || beat <= told);
        }
    }

    /// <summary>Forgets what the answer to that heartbeat has settled.</summary>
    public void Answered(long beat)
    {
        lock (_lock)
        {
            foreach (var settled in _toldBefore.Where(e => e.Value < beat).Select(e => e.Key).ToList())
            {
                _toldBefore.Remove(settled);
            }
        }
    }
}
