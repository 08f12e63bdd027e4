namespace OrionPlatform.Sink;

/// <summary>The segments this process has open: today's, and for late rows around midnight a neighbour's.</summary>
internal sealed class SegmentSet(string directory, string process) : IDisposable
{
    // Bounded by MaxOpen; the one used longest ago is closed.
    private const int MaxOpen = 3;

    private readonly List<(DateOnly Day, Segment Segment)> _open = [];

    public Segment Get(DateOnly day)
    {
        var index = _open.FindIndex(o => o.Day == day);
        if (index < 0)
        {
            var segment = new Segment(SegmentFiles.SegmentPath(directory, day, process));
            _open.Add((day, segment));
            if (_open.Count > MaxOpen)
            {
                _open[0].Segment.Dispose();
                _open.RemoveAt(0);
            }

            return segment;
        }

        var found = _open[index];
        if (index != _open.Count - 1)
        {
            _open.RemoveAt(index);
            _open.Add(found);
        }

        return found.Segment;
    }

    /// <summary>Closes a day's segment, if it is open.</summary>
    public void Close(DateOnly day)
    {
        var index = _open.FindIndex(o => o.Day == day);
        if (index >= 0)
        {
            _open[index].Segment.Dispose();
            _open.RemoveAt(index);
        }
    }

    /// <summary>Closes a day's segment and renames its files, so that they can be looked at later and a new one takes their place.</summary>
    public void SetAside(DateOnly day, string stamp)
    {
        Close(day);
        SegmentFiles.SetAside(SegmentFiles.SegmentPath(directory, day, process), stamp);
    }

    public void Dispose()
    {
        foreach (var (_, segment) in _open)
        {
            segment.Dispose();
        }

        _open.Clear();
    }
}
