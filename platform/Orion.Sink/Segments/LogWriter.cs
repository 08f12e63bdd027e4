using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Segments;

/// <summary>Inserts log records into a segment.</summary>
internal sealed class LogWriter(Database database, SegmentWords words) : IDisposable
{
    private readonly Statement _insert = database.Prepare(
        "INSERT INTO logs (id, skew, level, service, category, message, template, exception, trace_hi, trace_lo, span_id, correlation_id, "
        + "tenant, shape, attributes, resource, scope, severity_text, dropped) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");

    public void Insert(LogRow row, ref RowKey key)
    {
        _insert.ClearBindings();
        _insert.Bind(3, (long)row.Level);
        words.Bind(_insert, 4, row.Service);
        words.Bind(_insert, 5, row.Category);
        _insert.Bind(6, row.Message ?? "");
        words.Bind(_insert, 7, row.Template);
        if (row.Exception is { } exception)
        {
            _insert.Bind(8, exception);
        }

        if (RowIds.Split(row.TraceId) is var (high, low) && (high != 0 || low != 0))
        {
            _insert.Bind(9, high).Bind(10, low).Bind(11, RowIds.Of(row.SpanId));
        }

        if (row.CorrelationId is { } correlation)
        {
            _insert.Bind(12, correlation);
        }

        words.Bind(_insert, 13, row.Tenant);
        words.BindAttributes(_insert, 14, row.Attributes);
        words.BindSource(_insert, 16, row.Resource, row.Scope);
        words.Bind(_insert, 18, row.SeverityText);
        if (row.DroppedAttributes > 0)
        {
            _insert.Bind(19, (long)row.DroppedAttributes);
        }

        while (!_insert.Bind(1, key.Take(row.UnixNanos)).Bind(2, key.Skew).TryInsert())
        {
            key.Taken();
        }
    }

    public void Dispose() => _insert.Dispose();
}
