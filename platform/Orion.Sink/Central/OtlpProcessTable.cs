using Orion.Sink.Otlp;
using Orion.Sink.Rows;
using Orion.Sink.Sql;
using Orion.Sink.Writing;

namespace Orion.Sink.Central;

/// <summary>Processes that are known by the OTLP they send, whichever api of the folder takes it.</summary>
/// <remarks>
/// Senders choose what they are called, so each has so many rows and no more. Where all of them together have more than there is room for,
/// those that have most give up theirs, the longest unheard first: nobody loses a row to one who has more.
/// </remarks>
internal static class OtlpProcessTable
{
    public const string Sql = """
        CREATE TABLE otlp_processes (id INTEGER PRIMARY KEY, sender TEXT NOT NULL, service TEXT NOT NULL, instance TEXT NOT NULL,
            host TEXT NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, usual_gap_ns INTEGER NOT NULL,
            spans INTEGER NOT NULL, metric_points INTEGER NOT NULL, log_records INTEGER NOT NULL,
            UNIQUE (sender, service, instance, host));
        """;

    /// <summary>The version of <c>telemetry.db</c> that has it.</summary>
    public const int Since = 10;

    /// <summary>Rows in all.</summary>
    public const int MaxProcesses = 1_000;

    /// <summary>Rows of one sender.</summary>
    public const int MaxOfSender = 200;

    // Gaps of less than a minute do not matter: three of them are less than the least silence.
    private static readonly string s_put = $"""
        INSERT INTO otlp_processes
            (sender, service, instance, host, first_seen, last_seen, usual_gap_ns, spans, metric_points, log_records)
        VALUES (?1, ?2, ?3, ?4, ?5, ?5, 0, ?6, ?7, ?8)
        ON CONFLICT (sender, service, instance, host) DO UPDATE SET
            usual_gap_ns = CASE WHEN excluded.last_seen / {UnixTime.Minute} = last_seen / {UnixTime.Minute} THEN usual_gap_ns
                ELSE max(excluded.last_seen - last_seen, usual_gap_ns - usual_gap_ns / 8) END,
            last_seen = excluded.last_seen, spans = spans + excluded.spans,
            metric_points = metric_points + excluded.metric_points, log_records = log_records + excluded.log_records
        """;

    public static void Write(Database database, IEnumerable<HeardProcess> processes)
    {
        using (var put = database.Prepare(s_put))
        {
            foreach (var process in processes)
            {
                Bind(put, 1, process.Key.Sender);
                Bind(put, 2, process.Key.Service);
                Bind(put, 3, process.Key.Instance);
                Bind(put, 4, process.Key.Host);
                put.Bind(5, process.LastHeard).Bind(6, process.Spans).Bind(7, process.MetricPoints).Bind(8, process.LogRecords).Run();
            }
        }

        Trim(database);
    }

    /// <summary>Those heard since then, by service, host and instance.</summary>
    public static List<OtlpProcess> Read(Database database, long since)
    {
        // A file that no process of this version has opened yet.
        if (CentralSchema.Versions.Of(database) < Since)
        {
            return [];
        }

        using var rows = database.Prepare("""
            SELECT id, sender, service, instance, host, first_seen, last_seen, usual_gap_ns, spans, metric_points, log_records
            FROM otlp_processes WHERE last_seen >= ? ORDER BY service, host, instance, sender
            """).Bind(1, since);
        var processes = new List<OtlpProcess>();
        while (rows.Step())
        {
            processes.Add(new OtlpProcess
            {
                Id = rows.Long(0),
                Sender = rows.Text(1)!,
                Service = rows.Text(2)!,
                Instance = rows.Text(3)!,
                Host = rows.Text(4)!,
                FirstHeard = UnixTime.Time(rows.Long(5)),
                LastHeard = UnixTime.Time(rows.Long(6)),
                UsualGap = TimeSpan.FromTicks(rows.Long(7) / 100),
                Spans = rows.Long(8),
                MetricPoints = rows.Long(9),
                LogRecords = rows.Long(10),
            });
        }

        return processes;
    }

    private static void Trim(Database database)
    {
        var senders = new List<(string Name, int Rows)>();
        using (var counts = database.Prepare("SELECT sender, count(*) FROM otlp_processes GROUP BY sender ORDER BY 2"))
        {
            while (counts.Step())
            {
                senders.Add((counts.Text(0)!, (int)counts.Long(1)));
            }
        }

        var share = Share(senders.ConvertAll(s => Math.Min(s.Rows, MaxOfSender)));
        using var delete = database.Prepare("""
            DELETE FROM otlp_processes WHERE id IN
                (SELECT id FROM otlp_processes WHERE sender = ?1 ORDER BY last_seen DESC, id DESC LIMIT -1 OFFSET ?2)
            """);
        foreach (var (name, _) in senders.Where(s => s.Rows > share))
        {
            Bind(delete, 1, name);
            delete.Bind(2, share).Run();
        }
    }

    /// <summary>The most that a sender may have so that all have room.</summary>
    /// <param name="rows">What each has, the least first.</param>
    private static int Share(List<int> rows)
    {
        var left = MaxProcesses;
        for (var i = 0; i < rows.Count; i++)
        {
            var share = left / (rows.Count - i);
            if (rows[i] > share)
            {
                return Math.Max(1, share);
            }

            left -= rows[i];
        }

        return MaxOfSender;
    }

    private static void Bind(Statement statement, int index, string text) =>
        _ = text.Length == 0 ? statement.BindEmpty(index) : statement.Bind(index, text);
}
