namespace OrionPlatform.Sink;

/// <summary>Writes pending rows into their segments and keeps their accounts. A failure leaves the rest pending for the next try.</summary>
internal sealed class SegmentDrain(SinkBuffers buffers, RollupFold fold, SegmentSet segments, string run, TimeProvider time)
{
    private readonly PendingRows _pending = new();

    /// <summary>Takes what is buffered and writes it. Null when all of it is committed.</summary>
    public SqliteFailure? Write()
    {
        if (_pending.IsEmpty)
        {
            _pending.Take(buffers.Lines, buffers.Spans, buffers.Logs);
        }

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
            _pending.Done(rows);
        }
    }

    private DateOnly Today => UnixTime.DayOf(UnixTime.Nanos(time.GetUtcNow()));

    private void Write(in DayRows rows)
    {
        var outcome = segments.Get(rows.Day).Write(run, rows.Lines.Span, rows.Spans.Span, rows.Logs.Span, fold);
        buffers.Lines.CountWritten(rows.Lines.Length, outcome.DuplicateLines, outcome.SampledOutLines);
        buffers.Spans.CountWritten(rows.Spans.Length, outcome.DuplicateSpans, outcome.SampledOutSpans);
        buffers.Logs.CountStored(rows.Logs.Length);
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

/// <summary>The buffers of all streams of a process.</summary>
internal sealed class SinkBuffers(TelemetrySinkOptions options, Action wake)
{
    public StreamBuffer<CanonicalLine> Lines { get; } = new(Streams.Lines, options.BufferRows, options.BufferBytes, r => r.Tenant, RowSizes.Of, wake);

    public StreamBuffer<SpanRow> Spans { get; } = new(Streams.Spans, options.BufferRows, options.BufferBytes, r => r.Tenant, RowSizes.Of, wake);

    public StreamBuffer<LogRow> Logs { get; } = new(Streams.Logs, options.BufferRows, options.BufferBytes, r => r.Tenant, RowSizes.Of, wake);

    // One every few seconds and process: 1,000 is hours of a database that cannot be written.
    public StreamBuffer<Heartbeat> Heartbeats { get; } = new(Streams.Heartbeats, 1_000, 8 * 1024 * 1024, _ => null, _ => 0, wake);

    public StreamAccount[] Accounts() => [Lines.Account(), Spans.Account(), Logs.Account(), Heartbeats.Account()];

    /// <summary>Empties the buffers of raw rows and counts them as dropped.</summary>
    public void DropAll(string reason)
    {
        Lines.CountDropped(reason, Lines.Take().Span);
        Spans.CountDropped(reason, Spans.Take().Span);
        Logs.CountDropped(reason, Logs.Take().Span);
    }

    public void Close()
    {
        Lines.Close();
        Spans.Close();
        Logs.Close();
        Heartbeats.Close();
    }
}
