using Orion.Sink.Rows;

namespace Orion.Sink.Otlp;

/// <summary>
/// Times that cannot be right: a unit mistaken, a clock that is far off, none at all. Such a record is stored at the time it was received,
/// with what it said beside it; so it lies where queries look and retention reaches.
/// </summary>
internal static class OtlpTimes
{
    private const string Note = "times that cannot be right (too old, in the future, or an end before its start): "
        + "stored at the time of receipt, with the original as orion.original_time";

    public static void Settle(OtlpSpan span, TimeWindow window, OtlpReport report)
    {
        var (start, end) = (span.Start, span.End);
        var kept = window.Holds(start);
        if (kept && end >= start && window.Holds(end))
        {
            SettleEvents(span, window, report);
            return;
        }

        report.Note(Note);
        if (!kept)
        {
            // Both may be wrong alike, and their difference right.
            var duration = end > start && !window.Holds(end) && end - start <= (ulong)UnixTime.Day ? end - start : 0;
            span.Attributes.Note(TimeWindow.Original, TimeWindow.Text(start));
            (span.Start, span.End) = ((ulong)window.Now, (ulong)window.Now + duration);
        }
        else
        {
            span.End = start;
        }

        span.Attributes.Note(TimeWindow.OriginalEnd, TimeWindow.Text(end));
        SettleEvents(span, window, report);
    }

    public static void Settle(OtlpLog log, TimeWindow window, OtlpReport report)
    {
        var said = log.Time != 0 ? log.Time : log.ObservedTime;
        log.Time = said;
        if (said == 0)
        {
            log.Time = (ulong)window.Now;
        }
        else if (!window.Holds(said))
        {
            report.Note(Note);
            log.Attributes.Note(TimeWindow.Original, TimeWindow.Text(said));
            log.Time = (ulong)window.Now;
        }
    }

    private static void SettleEvents(OtlpSpan span, TimeWindow window, OtlpReport report)
    {
        for (var i = 0; i < span.Events.Count; i++)
        {
            var (time, name, attributes) = span.Events[i];
            if (!window.Holds(time))
            {
                report.Note(Note);
                attributes.Note(TimeWindow.Original, TimeWindow.Text(time));
                span.Events[i] = (span.Start, name, attributes);
            }
        }
    }
}
