using Orion.Sink.Central;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Audit;

/// <summary>The audit log.</summary>
internal static class AuditTable
{
    public const string Sql = """
        CREATE TABLE audit_log (id TEXT PRIMARY KEY, time INTEGER NOT NULL, component TEXT NOT NULL, operation TEXT NOT NULL,
            status TEXT NOT NULL, user TEXT, tenant TEXT, session TEXT, correlation_id TEXT, trace_id TEXT, parameters TEXT, result TEXT,
            error_code TEXT, error_message TEXT, duration_ns INTEGER NOT NULL, metadata TEXT) WITHOUT ROWID;
        CREATE INDEX audit_log_time ON audit_log (time);
        """;

    /// <summary>The column is named as the field is.</summary>
    public const string Action = "ALTER TABLE audit_log RENAME COLUMN operation TO action;";

    /// <summary>The version of <c>telemetry.db</c> from which it is.</summary>
    public const int ActionSince = 8;

    private const string Columns = """
        id, time, component, action, status, user, tenant, session, correlation_id, trace_id, parameters, result, error_code, error_message,
        duration_ns, metadata
        """;

    /// <summary>Inserts entries; one that is there already stays as it is. Returns how many were not.</summary>
    /// <exception cref="AuditEntryException">One of them is what the table does not take.</exception>
    public static long Write(Database database, IReadOnlyCollection<AuditEntry> entries)
    {
        var before = database.QueryLong("SELECT total_changes()");
        using var insert = database.Prepare(
            $"INSERT INTO audit_log ({Columns}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING");
        foreach (var entry in entries)
        {
            try
            {
                insert.Bind(1, entry.Id).Bind(2, UnixTime.Nanos(entry.Time ?? default)).Bind(3, entry.Component).Bind(4, entry.Action)
                    .Bind(5, entry.Status).Bind(6, entry.User).Bind(7, entry.Tenant).Bind(8, entry.Session).Bind(9, entry.CorrelationId)
                    .Bind(10, entry.TraceId).Bind(11, entry.Parameters).Bind(12, entry.Result).Bind(13, entry.ErrorCode)
                    .Bind(14, entry.ErrorMessage).Bind(15, entry.Duration.Ticks * 100).Bind(16, entry.Metadata).Run();
            }
            catch (Exception refused) when (refused is (not SqliteFailure) or SqliteFailure { IsOfRow: true })
            {
                throw new AuditEntryException(refused);
            }
        }

        return database.QueryLong("SELECT total_changes()") - before;
    }

    public static List<AuditEntry> Read(Database database, AuditQuery query)
    {
        Paging.Check(query.Limit, query.Offset);
        var range = TimeRange.Of(query.From, query.To);
        var order = query.Order switch
        {
            AuditOrder.Oldest => "time, id",
            AuditOrder.Quickest => "duration_ns, time DESC, id DESC",
            AuditOrder.Slowest => "duration_ns DESC, time DESC, id DESC",
            _ => "time DESC, id DESC",
        };
        // A file that no process of this version has opened yet.
        var action = CentralSchema.Versions.Of(database) >= ActionSince ? "action" : "operation";
        using var rows = database.Prepare($"""
            SELECT {Columns.Replace("action", action, StringComparison.Ordinal)} FROM audit_log
            WHERE time >= ?1 AND time < ?2 AND (?3 IS NULL OR component = ?3) AND (?4 IS NULL OR {action} = ?4)
                AND (?5 IS NULL OR status = ?5) AND (?6 IS NULL OR user = ?6) ORDER BY {order} LIMIT ?7 OFFSET ?8
            """);
        rows.Bind(1, range.From).Bind(2, range.To).Bind(3, query.Component).Bind(4, query.Action).Bind(5, query.Status).Bind(6, query.User)
            .Bind(7, (long)query.Limit).Bind(8, (long)query.Offset);
        var entries = new List<AuditEntry>();
        while (rows.Step())
        {
            entries.Add(new AuditEntry
            {
                Id = rows.Text(0)!,
                Time = UnixTime.Time(rows.Long(1)),
                Component = rows.Text(2)!,
                Action = rows.Text(3)!,
                Status = rows.Text(4)!,
                User = rows.Text(5),
                Tenant = rows.Text(6),
                Session = rows.Text(7),
                CorrelationId = rows.Text(8),
                TraceId = rows.Text(9),
                Parameters = rows.Text(10),
                Result = rows.Text(11),
                ErrorCode = rows.Text(12),
                ErrorMessage = rows.Text(13),
                Duration = TimeSpan.FromTicks(rows.Long(14) / 100),
                Metadata = rows.Text(15),
            });
        }

        return entries;
    }
}
