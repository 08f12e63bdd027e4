using System.Runtime.InteropServices;
using Orion.Sink.Central;
using Orion.Sink.Loss;
using Orion.Sink.Metrics;
using Orion.Sink.Rollups;
using Orion.Sink.Rows;
using Orion.Sink.Sql;
using Orion.Sink.Writing;

namespace Orion.Sink.Segments;

/// <summary>
/// The raw rows of one process and one day, open for writing. One thread, one connection, and the only writer of its file.
/// </summary>
internal sealed class Segment : IDisposable
{
    private readonly Database _database;
    private readonly SegmentWords _words;
    private readonly SpanWriter _spans;
    private readonly LogWriter _logs;
    private readonly MetricWriter _metrics;
    private readonly Statement _stored;

    private RollupFold? _figures;

    public Segment(string path, int maxPages)
    {
        PrivateFolder.Make(System.IO.Path.GetDirectoryName(path)!);
        _database = SegmentSchema.Versions.OpenWriter(path, busyMs: 250, cacheKib: 32 * 1024);
        try
        {
            // This process is the file's only writer, so it alone checkpoints: larger steps write a hot page once instead of often.
            _database.Execute("PRAGMA wal_autocheckpoint=4000");
            if (maxPages > 0)
            {
                _database.Execute($"PRAGMA max_page_count={maxPages}");
            }

            BeginWithOwnService();
            _words = new SegmentWords(_database);
            _spans = new SpanWriter(_database, _words);
            _logs = new LogWriter(_database, _words);
            _metrics = new MetricWriter(_database, _words);
            _stored = _database.Prepare(
                "INSERT INTO stored_rows (run, stream, rows) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET rows = rows + excluded.rows");
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    public string Path => _database.Path;

    /// <summary>Commits the batch, or nothing of it. Returns the rows that were stored before.</summary>
    public BatchOutcome Write(
        string run, ResourceRow own, in DayRows rows, RollupFold fold, MetricRollups metrics, ServiceTable services)
    {
        var (lines, spans, logs) = (rows.Lines, rows.Spans, rows.Logs);
        var figures = _figures ??= fold.ForBatches();
        _database.Execute("BEGIN IMMEDIATE");
        try
        {
            _words.Begin(own);
            var lineDuplicates = WriteSpans<CanonicalLine>(lines.Span, figures, services);
            var spanDuplicates = WriteSpans<SpanRow>(spans.Span, figures, services);
            _spans.EndBatch();
            WriteLogs(logs.Span, services);
            WriteMetrics(rows.Metrics.Span, services);

            Count(run, Streams.Lines, lines.Length - lineDuplicates.Length);
            Count(run, Streams.Spans, spans.Length - spanDuplicates.Length);
            Count(run, Streams.Logs, logs.Length);
            Count(run, Streams.Metrics, rows.Metrics.Length);
            _database.Execute("COMMIT");
            _words.Committed();
            fold.Settle(figures);
            Fold(rows.Metrics.Span, metrics);
            return new BatchOutcome(lineDuplicates, spanDuplicates);
        }
        catch
        {
            _database.Rollback();
            _words.RolledBack();
            _spans.RolledBack();
            _metrics.RolledBack();
            figures.Clear();
            throw;
        }
    }

    /// <summary>
    /// The index on services leaves out the first text (<see cref="SegmentSchema.FirstText"/>). A row that came from elsewhere may be the
    /// first: its service is a rare one.
    /// </summary>
    private void BeginWithOwnService()
    {
        if (_database.QueryLong("SELECT count(*) FROM (SELECT 1 FROM strings LIMIT 1)") == 0)
        {
            using var insert = _database.Prepare("INSERT INTO strings (id, value) VALUES (?, ?)");
            insert.Bind(1, SegmentSchema.FirstText).Bind(2, SegmentFiles.ProcessOf(Path)).Run();
        }
    }

    /// <summary>Whether its WAL is larger than so many bytes and cannot be copied back, because someone reads what was before.</summary>
    public bool IsHeld(long bytes) => SegmentFiles.WalBytes(Path) > bytes && _database.IsHeldBack();

    /// <summary>Closes it without copying its WAL back: its files are to go.</summary>
    public void Abandon()
    {
        _database.LeaveWal();
        Dispose();
    }

    public void Dispose()
    {
        _stored.Dispose();
        _metrics.Dispose();
        _logs.Dispose();
        _spans.Dispose();
        _words.Dispose();
        _database.Dispose();
    }

    private static void Fold(ReadOnlySpan<MetricPoint> points, MetricRollups metrics)
    {
        foreach (var point in points)
        {
            metrics.Add(point, AttributeJson.Of(point.Labels));
        }
    }

    private void WriteLogs(ReadOnlySpan<LogRow> logs, ServiceTable services)
    {
        var key = new RowKey();
        foreach (var log in logs)
        {
            services.Note(log.Service);
            _logs.Insert(log, ref key);
        }
    }

    private void WriteMetrics(ReadOnlySpan<MetricPoint> points, ServiceTable services)
    {
        var key = new RowKey();
        foreach (var point in points)
        {
            services.Note(point.Service);
            _metrics.Insert(point, ref key);
        }
    }

    /// <summary>All that is to be known of a row is taken while it is at hand: a batch is larger than the processor's cache.</summary>
    private T[] WriteSpans<T>(ReadOnlySpan<T> rows, RollupFold figures, ServiceTable services) where T : SpanRow
    {
        var key = new RowKey();
        List<T>? duplicates = null;
        foreach (var row in rows)
        {
            services.Note(row.Service);
            if (_spans.Insert(row, ref key))
            {
                figures.Add(row);
            }
            else
            {
                (duplicates ??= []).Add(row);
            }
        }

        return duplicates?.ToArray() ?? [];
    }

    private void Count(string run, string stream, int rows)
    {
        if (rows > 0)
        {
            _stored.Bind(1, run).Bind(2, stream).Bind(3, (long)rows).Run();
        }
    }
}

/// <summary>Rows of a batch that were not stored: they were before.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BatchOutcome(CanonicalLine[] DuplicateLines, SpanRow[] DuplicateSpans);
