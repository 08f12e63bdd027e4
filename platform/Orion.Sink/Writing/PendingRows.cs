using Orion.Sink.Metrics;
using Orion.Sink.Rows;

namespace Orion.Sink.Writing;

/// <summary>The rows the writer has taken from the buffers and not committed yet, in time order, handed out day by day.</summary>
internal sealed class PendingRows
{
    private Memory<CanonicalLine> _lines;
    private Memory<SpanRow> _spans;
    private Memory<LogRow> _logs;
    private Memory<MetricPoint> _metrics;

    public bool IsEmpty => _lines.IsEmpty && _spans.IsEmpty && _logs.IsEmpty && _metrics.IsEmpty;

    /// <summary>
    /// Takes what is buffered; a row whose time cannot be right gets one that can. The clock is asked once the rows are taken: one that
    /// came after the clock was set is not judged by what it said before.
    /// </summary>
    public void Take(SinkBuffers buffers, Func<TimeWindow> window)
    {
        _lines = buffers.Lines.Take();
        _spans = buffers.Spans.Take();
        _logs = buffers.Logs.Take();
        _metrics = buffers.Metrics.Take();
        Settle(window());
        Sort(_lines.Span, static (a, b) => a.StartUnixNanos.CompareTo(b.StartUnixNanos));
        Sort(_spans.Span, static (a, b) => a.StartUnixNanos.CompareTo(b.StartUnixNanos));
        Sort(_logs.Span, static (a, b) => a.UnixNanos.CompareTo(b.UnixNanos));
        Sort(_metrics.Span, static (a, b) => a.UnixNanos.CompareTo(b.UnixNanos));
    }

    /// <summary>The next rows that belong into one segment; <see cref="Done"/> says they need no more.</summary>
    public DayRows Next(DateOnly today)
    {
        var day = !_lines.IsEmpty ? DayOf(_lines.Span[0].StartUnixNanos, today)
            : !_spans.IsEmpty ? DayOf(_spans.Span[0].StartUnixNanos, today)
            : !_logs.IsEmpty ? DayOf(_logs.Span[0].UnixNanos, today)
            : DayOf(_metrics.Span[0].UnixNanos, today);
        return new DayRows(
            day,
            Prefix(_lines, r => DayOf(r.StartUnixNanos, today) == day),
            Prefix(_spans, r => DayOf(r.StartUnixNanos, today) == day),
            Prefix(_logs, r => DayOf(r.UnixNanos, today) == day),
            Prefix(_metrics, r => DayOf(r.UnixNanos, today) == day));
    }

    public void Done(in DayRows rows)
    {
        _lines = _lines[rows.Lines.Length..];
        _spans = _spans[rows.Spans.Length..];
        _logs = _logs[rows.Logs.Length..];
        _metrics = _metrics[rows.Metrics.Length..];
    }

    private void Settle(TimeWindow window)
    {
        foreach (var line in _lines.Span)
        {
            window.Settle(line);
        }

        foreach (var span in _spans.Span)
        {
            window.Settle(span);
        }

        foreach (var log in _logs.Span)
        {
            window.Settle(log);
        }

        foreach (var point in _metrics.Span)
        {
            window.Settle(point);
        }
    }

    /// <summary>A row lies in the file of its own day, unless the day was over long ago when its turn came.</summary>
    private static DateOnly DayOf(long nanos, DateOnly today)
    {
        var day = UnixTime.DayOf(nanos);
        return day >= today.AddDays(-TimeWindow.Days) && day <= today.AddDays(1) ? day : today;
    }

    private static Memory<T> Prefix<T>(Memory<T> rows, Func<T, bool> sameDay)
    {
        var span = rows.Span;
        var count = 0;
        while (count < span.Length && sameDay(span[count]))
        {
            count++;
        }

        return rows[..count];
    }

    private static void Sort<T>(Span<T> rows, Comparison<T> byTime)
    {
        for (var i = 1; i < rows.Length; i++)
        {
            if (byTime(rows[i - 1], rows[i]) > 0)
            {
                rows.Sort(byTime);
                return;
            }
        }
    }
}

/// <summary>Rows of one day.</summary>
internal readonly record struct DayRows(DateOnly Day, Memory<CanonicalLine> Lines, Memory<SpanRow> Spans, Memory<LogRow> Logs,
    Memory<MetricPoint> Metrics);
