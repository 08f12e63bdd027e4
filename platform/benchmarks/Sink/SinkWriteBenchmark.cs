using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;
using Orion.Sink;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Benchmarks;

/// <summary>
/// How fast the sink's writer stores spans with eight attributes, against a bare loop over a prepared statement (no index, values
/// made beforehand) and against a naive sink. Rounds are interleaved; each figure is its best round.
/// </summary>
internal sealed class SinkWriteBenchmark : Benchmark
{
    private const int Rounds = 7;

    public override string Name => "sink-write";

    public override async Task<object> RunAsync(string[] arguments)
    {
        var rows = arguments.Length > 1 && arguments[0] == "--rows" ? int.Parse(arguments[1]) : 150_000;
        Begin();
        var best = new Result(0, 0, 0, 0, 0, 0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var limit = Limit(rows);
            var (ours, allocated, bytes) = await OursAsync(rows);
            var naive = Naive(rows / 10);
            Console.WriteLine(
                $"round {round + 1}: limit {limit:N0}, ours {ours:N0}, naive {naive:N0} rows/s; "
                + $"{allocated:0.0} B allocated and {bytes:0} B on disk a row");
            best = new Result(
                Math.Max(best.RowsPerS, ours), Math.Max(best.LimitRowsPerS, limit), 0, allocated, bytes,
                Math.Max(best.NaiveRowsPerS, naive), 0);
        }

        return best with { Ratio = best.RowsPerS / best.LimitRowsPerS, NaiveFactor = best.RowsPerS / best.NaiveRowsPerS };
    }

    private static async Task<(double RowsPerS, double Allocated, double Bytes)> OursAsync(int count)
    {
        using var folder = new ScratchFolder();
        var rows = Make(count, timeOrderedIds: true);
        var sink = new TelemetrySink(new TelemetrySinkOptions { Directory = folder.Path, Process = "api" }, TimeProvider.System);
        await sink.FlushAsync();
        var allocatedBefore = sink.WriterAllocatedBytes;
        var clock = Stopwatch.StartNew();
        foreach (var row in rows)
        {
            while (sink.BufferedSpans > 45_000)
            {
                Thread.Sleep(0);
            }

            sink.Record(row);
        }

        await sink.FlushAsync();
        var rate = count / clock.Elapsed.TotalSeconds;
        var allocated = sink.WriterAllocatedBytes - allocatedBefore;
        await sink.DisposeAsync();
        await using var reader = new TelemetryReader(folder.Path, TimeProvider.System);
        var account = (await reader.LossAsync()).Single(l => l.Stream == "spans");
        return account.Stored == count
            ? (rate, (double)allocated / count, (double)folder.Bytes("api.db*") / count)
            : throw new InvalidOperationException($"{count - account.Stored} rows are missing.");
    }

    private static double Limit(int count)
    {
        using var folder = new ScratchFolder();
        var rows = Make(count, timeOrderedIds: true).ConvertAll(r => (
            Row: r,
            Ids: RowIds.Split(r.TraceId),
            Span: RowIds.Of(r.SpanId),
            Parent: RowIds.Of(r.ParentSpanId),
            Values: new ValueWriter().Write(r.Attributes).ToArray()));
        using var database = Database.OpenWriter(Path.Combine(folder.Path, "limit.db"), 1000, 32 * 1024);
        database.Execute(
            "PRAGMA wal_autocheckpoint=4000; "
            + "CREATE TABLE spans (id INTEGER PRIMARY KEY, skew, trace_hi, trace_lo, span_id, parent_id, service, name, kind, "
            + "duration, status, status_message, error_type, tenant, shape, attributes)");
        using var insert = database.Prepare("INSERT INTO spans VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < count; i++)
        {
            if (i % 20_000 == 0)
            {
                database.Execute(i == 0 ? "BEGIN" : "COMMIT; BEGIN");
            }

            var (row, (high, low), span, parent, values) = rows[i];
            insert.Bind(1, row.StartUnixNanos).Bind(2, 0).Bind(3, high).Bind(4, low).Bind(5, span).Bind(6, parent).Bind(7, 1).Bind(8, 2)
                .Bind(9, 0).Bind(10, row.DurationNanos)
                .Bind(11, 0).BindNull(12).BindNull(13).Bind(14, 1).Bind(15, 1).BindBlob(16, values).Run();
        }

        database.Execute("COMMIT");
        return count / clock.Elapsed.TotalSeconds;
    }

    /// <summary>
    /// As many would write it: one INSERT a row with named parameters, in transactions of 100; text ids, random; JSON attributes; two
    /// indexes.
    /// </summary>
    private static double Naive(int count)
    {
        using var folder = new ScratchFolder();
        var rows = Make(count, timeOrderedIds: false);
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder.Path, "naive.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;
            CREATE TABLE spans (trace_id TEXT, span_id TEXT, parent_id TEXT, service TEXT, name TEXT, start TEXT, duration REAL,
                status TEXT, tenant TEXT, attributes TEXT);
            CREATE INDEX spans_trace ON spans (trace_id); CREATE INDEX spans_start ON spans (start);
            """;
        command.ExecuteNonQuery();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < count; i += 100)
        {
            using var transaction = connection.BeginTransaction();
            foreach (var row in rows.GetRange(i, Math.Min(100, count - i)))
            {
                InsertNaively(connection, transaction, row);
            }

            transaction.Commit();
        }

        return count / clock.Elapsed.TotalSeconds;
    }

    private static void InsertNaively(SqliteConnection connection, SqliteTransaction transaction, SpanRow row)
    {
        using var insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText =
            "INSERT INTO spans VALUES ($trace, $span, $parent, $service, $name, $start, $duration, $status, $tenant, $attributes)";
        insert.Parameters.AddWithValue("$trace", row.TraceId.ToHexString());
        insert.Parameters.AddWithValue("$span", row.SpanId.ToHexString());
        insert.Parameters.AddWithValue("$parent", row.ParentSpanId.ToHexString());
        insert.Parameters.AddWithValue("$service", row.Service);
        insert.Parameters.AddWithValue("$name", row.Name);
        insert.Parameters.AddWithValue("$start", DateTime.UnixEpoch.AddTicks(row.StartUnixNanos / 100).ToString("O"));
        insert.Parameters.AddWithValue("$duration", row.DurationNanos / 1e6);
        insert.Parameters.AddWithValue("$status", row.Status.ToString());
        insert.Parameters.AddWithValue("$tenant", row.Tenant);
        var attributes = row.Attributes.ToDictionary(a => a.Key, a => a.Value);
        var json = Encoding.UTF8.GetString(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(attributes));
        insert.Parameters.AddWithValue("$attributes", json);
        insert.ExecuteNonQuery();
    }

    /// <summary>Rows of the last minute, so that a rate of many minutes' rows a second does not flatter the index.</summary>
    private static List<SpanRow> Make(int count, bool timeOrderedIds)
    {
        var sample = new SampleSpans(7, timeOrderedIds);
        var now = UnixTime.Nanos(DateTimeOffset.UtcNow) - UnixTime.Minute;
        var rows = new List<SpanRow>(count);
        for (var i = 0; i < count; i++)
        {
            rows.Add(sample.Next(now + (i * 4_000L)));
        }

        return rows;
    }

    private sealed record Result(double RowsPerS, double LimitRowsPerS, double Ratio, double AllocBytesPerRow, double BytesPerSpan,
        double NaiveRowsPerS, double NaiveFactor);
}
