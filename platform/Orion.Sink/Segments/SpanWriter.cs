using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Segments;

/// <summary>Inserts spans and canonical lines, with their links and events, into a segment.</summary>
internal sealed class SpanWriter : IDisposable
{
    private const int SharedColumns = 20;
    private const string Shared =
        "id, skew, trace_hi, trace_lo, span_id, parent_id, service, name, kind, duration, status, status_message, error_type, tenant, "
        + "shape, attributes, resource, scope, trace_state, dropped";

    private readonly SegmentWords _words;
    private readonly TraceRuns _runs;
    private readonly Statement _span;
    private readonly Statement _line;
    private readonly Statement _spanExists;
    private readonly Statement _lineExists;
    private readonly Statement _link;
    private readonly Statement _event;

    // Spans of the batch that begin at one and the same time; cleared when the time changes.
    private readonly HashSet<(long Low, long Span)> _same = [];
    private (long Low, long Span) _first;
    private long _sameStart = long.MinValue;

    public SpanWriter(Database database, SegmentWords words)
    {
        _words = words;
        _runs = new TraceRuns(database);
        _span = database.Prepare($"INSERT INTO spans ({Shared}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
        _line = database.Prepare($"INSERT INTO canonical_lines ({Shared}, line_kind, surface, method, route, status_code, "
            + "outcome, error_code, correlation_id, user) "
            + "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
        _spanExists = database.Prepare($"SELECT 1 FROM spans WHERE span_id = ?3 AND id IN ({TraceRuns.Ids})");
        _lineExists = database.Prepare("SELECT 1 FROM canonical_lines WHERE trace_hi = ? AND trace_lo = ? AND span_id = ?");
        _link = database.Prepare("INSERT INTO span_links (trace_hi, trace_lo, span_id, linked_hi, linked_lo, linked_span_id, "
            + "trace_state, shape, attributes, dropped) "
            + "VALUES (?,?,?,?,?,?,?,?,?,?)");
        _event = database.Prepare(
            "INSERT INTO span_events (trace_hi, trace_lo, span_id, time, name, shape, attributes, dropped) VALUES (?,?,?,?,?,?,?,?)");
    }

    /// <summary>Inserts one; false when that span is stored already (an OTLP sender may send twice).</summary>
    public bool Insert(SpanRow row, ref RowKey key)
    {
        var (high, low) = RowIds.Split(row.TraceId);
        var span = RowIds.Of(row.SpanId);
        var line = row as CanonicalLine;
        var insert = line is null ? _span : _line;
        insert.ClearBindings();
        insert.Bind(3, high).Bind(4, low).Bind(5, span);
        BindShared(insert, row);
        if (line is not null)
        {
            BindLine(insert, line);
        }

        if (IsRepeated(row.StartUnixNanos, low, span))
        {
            return false;
        }

        var id = key.Take(row.StartUnixNanos);
        while (!insert.Bind(1, id).Bind(2, key.Skew).TryInsert())
        {
            if (Exists(line is null ? _spanExists : _lineExists, high, low, span))
            {
                return false;
            }

            key.Taken();
            id = key.Take(row.StartUnixNanos);
        }

        if (line is null)
        {
            _runs.Add(high, low, id);
        }

        InsertParts(row, high, low, span);
        return true;
    }

    /// <summary>Writes what a batch leaves to its end.</summary>
    public void EndBatch()
    {
        _runs.Close();
        ForgetBatch();
    }

    /// <summary>The batch is undone.</summary>
    public void RolledBack()
    {
        _runs.RolledBack();
        ForgetBatch();
    }

    public void Dispose()
    {
        _runs.Dispose();
        _span.Dispose();
        _line.Dispose();
        _spanExists.Dispose();
        _lineExists.Dispose();
        _link.Dispose();
        _event.Dispose();
    }

    private static bool Exists(Statement exists, long high, long low, long span)
    {
        var found = exists.Bind(1, high).Bind(2, low).Bind(3, span).Step();
        exists.Reset();
        return found;
    }

    /// <summary>
    /// Whether this batch has the span already: it would begin at the same time, and rows come in the order of their times.
    /// </summary>
    private bool IsRepeated(long start, long low, long span)
    {
        if (start != _sameStart)
        {
            _sameStart = start;
            _first = (low, span);
            if (_same.Count > 0)
            {
                _same.Clear();
            }

            return false;
        }

        if (_same.Count == 0)
        {
            _same.Add(_first);
        }

        return !_same.Add((low, span));
    }

    private void ForgetBatch()
    {
        _sameStart = long.MinValue;
        _same.Clear();
    }

    private void BindShared(Statement insert, SpanRow row)
    {
        if (RowIds.Of(row.ParentSpanId) is var parent and not 0)
        {
            insert.Bind(6, parent);
        }

        _words.Bind(insert, 7, row.Service);
        _words.Bind(insert, 8, row.Name);
        insert.Bind(9, (long)row.Kind).Bind(10, row.DurationNanos).Bind(11, (long)row.Status);
        if (row.StatusMessage is { } message)
        {
            insert.Bind(12, message);
        }

        _words.Bind(insert, 13, row.ErrorType);
        _words.Bind(insert, 14, row.Tenant);
        _words.BindAttributes(insert, 15, row.Attributes);
        _words.BindSource(insert, 17, row.Resource, row.Scope);
        _words.Bind(insert, 19, row.TraceState);
        if ((row.DroppedAttributes | row.DroppedEvents | row.DroppedLinks) != 0)
        {
            insert.Bind(20, DroppedParts.Pack(row.DroppedAttributes, row.DroppedEvents, row.DroppedLinks));
        }
    }

    private void BindLine(Statement insert, CanonicalLine line)
    {
        insert.Bind(SharedColumns + 1, line.LineKind switch { CanonicalLine.Job => 1L, CanonicalLine.Operation => 2L, _ => 0L });
        _words.Bind(insert, SharedColumns + 2, line.Surface);
        _words.Bind(insert, SharedColumns + 3, line.Method);
        _words.Bind(insert, SharedColumns + 4, line.Route);
        if (line.StatusCode is { } status)
        {
            insert.Bind(SharedColumns + 5, (long)status);
        }

        _words.Bind(insert, SharedColumns + 6, line.Outcome);
        _words.Bind(insert, SharedColumns + 7, line.ErrorCode);
        if (line.CorrelationId is { Length: > 0 } correlation)
        {
            // The same 32 digits again would be a fifth of the row; whoever reads takes an empty text for them.
            _ = correlation == line.TraceId.ToHexString()
                ? insert.BindEmpty(SharedColumns + 8)
                : insert.Bind(SharedColumns + 8, correlation);
        }

        _words.Bind(insert, SharedColumns + 9, line.User);
    }

    private void InsertParts(SpanRow row, long high, long low, long span)
    {
        foreach (var link in row.Links)
        {
            var (linkedHigh, linkedLow) = RowIds.Split(link.TraceId);
            _link.ClearBindings();
            _link.Bind(1, high).Bind(2, low).Bind(3, span).Bind(4, linkedHigh).Bind(5, linkedLow).Bind(6, RowIds.Of(link.SpanId));
            _words.Bind(_link, 7, link.TraceState);
            _words.BindAttributes(_link, 8, link.Attributes);
            if (link.DroppedAttributes > 0)
            {
                _link.Bind(10, (long)link.DroppedAttributes);
            }

            _link.Run();
        }

        foreach (var item in row.Events)
        {
            _event.ClearBindings();
            _event.Bind(1, high).Bind(2, low).Bind(3, span).Bind(4, item.UnixNanos);
            _words.Bind(_event, 5, item.Name);
            _words.BindAttributes(_event, 6, item.Attributes);
            if (item.DroppedAttributes > 0)
            {
                _event.Bind(8, (long)item.DroppedAttributes);
            }

            _event.Run();
        }
    }
}
