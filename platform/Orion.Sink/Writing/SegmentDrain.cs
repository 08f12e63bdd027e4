using Orion.Sink.Central;
using Orion.Sink.Metrics;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Writing;

/// <summary>Writes pending rows into their segments and keeps their accounts. A failure leaves the rest pending for the next try.</summary>
internal sealed class SegmentDrain(
    SinkBuffers buffers, RollupFold fold, MetricRollups metrics, ServiceTable services, SegmentSet segments, string run, int rawDays,
    TimeProvider time)
{
    private readonly PendingRows _pending = new();

    /// <summary>
    /// Takes what is buffered and writes it, or drops and counts it while the folder is over its quota. Null when nothing of it is pending.
    /// </summary>
    public SqliteFailure? Write(bool overQuota)
    {
        if (overQuota)
        {
            DropForQuota();
            _pending.Take(buffers, () => Window);
            DropForQuota();
            return null;
        }

        // What an earlier try left goes first; rows that came since are still in the buffers.
        if (!_pending.IsEmpty && WritePending() is { } failure)
        {
            return failure;
        }

        _pending.Take(buffers, () => Window);
        return WritePending();
    }

    private SqliteFailure? WritePending()
    {
        while (!_pending.IsEmpty)
        {
            var rows = _pending.Next(Today);
            try
            {
                Write(rows);
            }
            catch (SqliteFailure failure)
            {
                if (failure.IsCorrupt && TrySetAside(rows.Day))
                {
                    continue;
                }

                segments.Close(rows.Day);
                return failure;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return new SqliteFailure(SQLitePCL.raw.SQLITE_CANTOPEN, exception.Message);
            }

            _pending.Done(rows);
        }

        return null;
    }

    /// <summary>Gives up on what is pending, and counts it.</summary>
    public void Drop(string reason)
    {
        while (!_pending.IsEmpty)
        {
            var rows = _pending.Next(Today);
            buffers.Lines.CountDropped(reason, rows.Lines.Span);
            buffers.Spans.CountDropped(reason, rows.Spans.Span);
            buffers.Logs.CountDropped(reason, rows.Logs.Span);
            buffers.Metrics.CountDropped(reason, rows.Metrics.Span);
            _pending.Done(rows);
        }
    }

    /// <summary>
    /// Gives up the raw rows for want of room. The figures go on: rollups count them, as they count what sampling left out.
    /// </summary>
    private void DropForQuota()
    {
        while (!_pending.IsEmpty)
        {
            var rows = _pending.Next(Today);
            services.Begin(Window.Now);
            FoldAndDrop(buffers.Lines, rows.Lines.Span);
            FoldAndDrop(buffers.Spans, rows.Spans.Span);
            foreach (var log in rows.Logs.Span)
            {
                services.Note(log.Service);
            }

            buffers.Logs.CountDropped("quota", rows.Logs.Span);
            foreach (var point in rows.Metrics.Span)
            {
                services.Note(point.Service);
                metrics.Add(point, AttributeJson.Of(point.Labels));
            }

            buffers.Metrics.CountDropped("quota", rows.Metrics.Span);
            _pending.Done(rows);
        }
    }

    private void FoldAndDrop<T>(StreamBuffer<T> buffer, ReadOnlySpan<T> rows) where T : SpanRow
    {
        foreach (var row in rows)
        {
            services.Note(row.Service);
            fold.Add(row, isStored: false);
        }

        buffer.CountDropped("quota", rows);
    }

    private TimeWindow Window => new(UnixTime.Nanos(time.GetUtcNow()), rawDays);

    private DateOnly Today => UnixTime.DayOf(UnixTime.Nanos(time.GetUtcNow()));

    private void Write(in DayRows rows)
    {
        services.Begin(Window.Now);
        var outcome = segments.Write(run, rows, fold, metrics, services);
        buffers.Lines.CountWritten(rows.Lines.Length, outcome.DuplicateLines);
        buffers.Spans.CountWritten(rows.Spans.Length, outcome.DuplicateSpans);
        buffers.Logs.CountStored(rows.Logs.Length);
        buffers.Metrics.CountStored(rows.Metrics.Length);
    }

    private bool TrySetAside(DateOnly day)
    {
        try
        {
            segments.SetAside(day, time.GetUtcNow().ToString("yyyyMMddTHHmmssfff"));
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
