using Orion.Sink.Rows;

namespace Orion.Sink.Otlp;

/// <summary>
/// What senders' series told last, so that totals become what was added and nothing is counted twice (OpenTelemetry's data model:
/// resets, gaps and overlap). A total is never counted as an increase unless its whole sequence is known to be new.
/// </summary>
/// <param name="startedNanos">Since when this process listens.</param>
/// <param name="maxBytes">Bound of what is remembered, roughly.</param>
internal sealed class OtlpTotals(long startedNanos, long maxBytes = 64 * 1024 * 1024)
{
    /// <summary>
    /// A series that has not been heard of for so long may be forgotten when room is needed, the one not heard of for longest first.
    /// Others never are.
    /// </summary>
    public const long IdleNanos = 15 * UnixTime.Minute;

    public const string Late = "a total is late: its time is before that of the total before";
    public const string Less = "a total is less than the one before it with the same start_time_unix_nano: it is late or wrong, "
        + "as a sum or histogram only starts anew with a new start time";

    public const string Overlaps =
        "a total belongs to a sequence that overlaps another one of its series: does more than one process send it, "
        + "without a resource attribute that tells them apart (service.instance.id, host.name)?";

    public const string DeltaOverlaps = "the time from start_time_unix_nano to time_unix_nano of a delta overlaps what was counted before";
    public const string Full = "more series are in use than this receiver can remember totals of";

    private const int EntryBytes = 250;

    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _latestFirst = [];
    private long _bytes;

    // A sequence that began until then may be known to nobody any more: its total may have been counted by our predecessor, or by us before
    // we forgot it.
    private ulong _unknownUntil = (ulong)startedNanos;

    /// <summary>Series remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>
    /// Makes of a point's total what was added since the one before; null when there is nothing to tell. Returns why the point is
    /// refused, if it is.
    /// </summary>
    public string? Added(UInt128 series, OtlpPoint point, long now, ref OtlpAmount? amount)
    {
        lock (_lock)
        {
            var time = point.Time > 0 ? point.Time : (ulong)now;
            if (_entries.TryGetValue(series, out var node))
            {
                _latestFirst.Remove(node);
                _latestFirst.AddFirst(node);
                node.Value.Seen = now;
                return node.Value.Ranges is { } ranges ? DeltaAfter(ranges, point, time) : TotalAfter(node.Value, point, time, ref amount);
            }

            var entry = new Entry
            {
                Series = series,
                Seen = now,
                Start = point.Start,
                Time = time,
                Total = amount!,
                Ranges = point.IsCumulative ? null : new OtlpRanges(),
            };
            if (!MakeRoom(entry.Bytes, now))
            {
                // A delta counts whether its predecessors are known or not.
                return point.IsCumulative ? Full : null;
            }

            _entries.Add(series, _latestFirst.AddFirst(entry));
            _bytes += entry.Bytes;
            if (entry.Ranges is not null)
            {
                entry.Ranges.TryAdd(point.Start, time);
                entry.Total = amount!.Bare;
            }
            else if (!(point.Start > _unknownUntil && point.Start < time))
            {
                amount = null;
            }

            return null;
        }
    }

    private static string? DeltaAfter(OtlpRanges ranges, OtlpPoint point, ulong time) =>
        point.Start == 0 || ranges.TryAdd(point.Start, time) ? null : DeltaOverlaps;

    private string? TotalAfter(Entry entry, OtlpPoint point, ulong time, ref OtlpAmount? amount)
    {
        var (last, total) = (entry.Total, amount!);
        if (time < entry.Time)
        {
            return point.Start > 0 && point.Start < entry.Start ? Overlaps : Late;
        }

        if (point.Start == entry.Start)
        {
            amount = total.Since(last, point.IsNumber);
            if (amount is null && (point.Start > 0 || time == entry.Time))
            {
                return Less;
            }

            // Without a start time a total that is less can only have begun anew, nobody knows when: it counts from the next one on.
            // A total sent twice adds nothing, nor does a distribution that nothing was measured for.
            var isNothing = time == entry.Time && amount is { Count: 0, Value: null or 0 } || amount is { Count: 0 } && !point.IsNumber;
            Remember(entry, point, time, total);
            amount = isNothing ? null : amount;
            return null;
        }

        if (point.Start > 0 && point.Start < entry.Start)
        {
            return Overlaps;
        }

        // A new sequence: all of it is new when it began after the last point of the one before. Where start and time are the same
        // the sender does not know when it began.
        var isNew = point.Start >= entry.Time && point.Start < time;
        var overlaps = entry.Start > 0 && point.Start > 0 && point.Start < entry.Time;
        Remember(entry, point, time, total);
        amount = isNew ? amount : null;
        return overlaps ? Overlaps : null;
    }

    private void Remember(Entry entry, OtlpPoint point, ulong time, OtlpAmount total)
    {
        var before = entry.Bytes;
        (entry.Start, entry.Time, entry.Total) = (point.Start, time, total);
        _bytes += entry.Bytes - before;
        if (entry.Bytes > before && !MakeRoom(0, entry.Seen))
        {
            // Its count goes on; what was added to each bucket is not known of its next point.
            var whole = entry.Bytes;
            entry.Total = total.Bare;
            _bytes += entry.Bytes - whole;
        }
    }

    private bool MakeRoom(int bytes, long now)
    {
        while (_bytes + bytes > maxBytes)
        {
            if (_latestFirst.Last is not { } oldest || now - oldest.Value.Seen < IdleNanos)
            {
                return false;
            }

            _unknownUntil = Math.Max(_unknownUntil, oldest.Value.Start);
            _bytes -= oldest.Value.Bytes;
            _entries.Remove(oldest.Value.Series);
            _latestFirst.RemoveLast();
        }

        return true;
    }

    private sealed class Entry
    {
        public required UInt128 Series { get; init; }

        /// <summary>When it was heard of last, by our clock.</summary>
        public long Seen { get; set; }

        public ulong Start { get; set; }

        public ulong Time { get; set; }

        public required OtlpAmount Total { get; set; }

        /// <summary>Of a series of deltas: what was counted.</summary>
        public OtlpRanges? Ranges { get; init; }

        public int Bytes => EntryBytes + Total.Size;
    }
}

/// <summary>
/// Which stretches of time a series of deltas has covered. Those that adjoin are one, so a sender without gaps has one; the earliest
/// are joined when there are many.
/// </summary>
internal sealed class OtlpRanges
{
    private const int Most = 8;

    // In order of time; bounded by Most.
    private readonly List<(ulong From, ulong To)> _ranges = [];

    /// <summary>Covers a stretch; false when part of it was covered before, or may have been.</summary>
    public bool TryAdd(ulong from, ulong to)
    {
        if (from == 0 || from >= to)
        {
            return true;
        }

        var at = _ranges.FindLastIndex(r => r.From < to) + 1;
        if (at > 0 && _ranges[at - 1].To > from)
        {
            return false;
        }

        _ranges.Insert(at, (from, to));
        Join(at);
        Join(at - 1);
        if (_ranges.Count > Most)
        {
            _ranges[1] = (_ranges[0].From, _ranges[1].To);
            _ranges.RemoveAt(0);
        }

        return true;

        void Join(int first)
        {
            if (first >= 0 && first + 1 < _ranges.Count && _ranges[first].To == _ranges[first + 1].From)
            {
                _ranges[first] = (_ranges[first].From, _ranges[first + 1].To);
                _ranges.RemoveAt(first + 1);
            }
        }
    }
}
