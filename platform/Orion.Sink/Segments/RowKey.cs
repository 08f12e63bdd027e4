using System.Runtime.InteropServices;

namespace Orion.Sink.Segments;

/// <summary>
/// Makes primary keys that are start times: rows lie in time order in their file, so a time range needs no index. Equal times get the
/// next free nanosecond; the difference is kept beside the key, so the true time is not lost.
/// </summary>
/// <remarks>
/// Within a batch, which is sorted by time, keys only grow; a key taken by an earlier batch is passed by in growing steps.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal struct RowKey
{
    private long _last;
    private long _current;
    private long _start;
    private long _step;

    public RowKey()
    {
        _last = long.MinValue;
        _step = 1;
    }

    /// <summary>How far the key taken last is from the time it stands for.</summary>
    public readonly long Skew => _current - _start;

    public long Take(long start)
    {
        _start = start;
        _current = Math.Max(start, _last + 1);
        _last = _current;
        return _current;
    }

    /// <summary>The key taken last is in use by an earlier batch.</summary>
    public void Taken()
    {
        _last += _step;
        _step = Math.Min(_step * 2, 1_000_000);
    }
}
