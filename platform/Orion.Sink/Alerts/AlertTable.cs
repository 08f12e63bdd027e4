using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Alerts;

/// <summary>Alerts: at most one open row a rule and subject, and the resolved ones as history.</summary>
internal static class AlertTable
{
    public const string Sql = """
        CREATE TABLE system_alerts (id INTEGER PRIMARY KEY, rule TEXT NOT NULL, subject TEXT NOT NULL, state INTEGER NOT NULL,
            severity TEXT NOT NULL, summary TEXT NOT NULL, runbook TEXT, details TEXT, opened_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL, firing_at INTEGER, resolved_at INTEGER, acknowledged_by TEXT, acknowledged_at INTEGER,
            silenced_until INTEGER);
        CREATE UNIQUE INDEX system_alerts_open ON system_alerts (rule, subject) WHERE resolved_at IS NULL;
        CREATE INDEX system_alerts_opened ON system_alerts (opened_at);
        """;

    public static bool Raise(Database database, AlertRow alert)
    {
        using var raise = database.Prepare("""
            INSERT INTO system_alerts
                (rule, subject, state, severity, summary, runbook, details, opened_at, updated_at, firing_at, resolved_at)
            VALUES (?,?,?,?,?,?,?,?,?,?,?)
            ON CONFLICT (rule, subject) WHERE resolved_at IS NULL DO UPDATE SET state = excluded.state, severity = excluded.severity,
                summary = excluded.summary, runbook = excluded.runbook, details = excluded.details, updated_at = excluded.updated_at,
                firing_at = coalesce(firing_at, excluded.firing_at)
            """);
        var firing = alert.FiringAt ?? (alert.State == AlertState.Firing ? alert.UpdatedAt : null);
        raise.ClearBindings();
        raise.Bind(1, alert.Rule).Bind(2, alert.Subject).Bind(3, (long)alert.State).Bind(4, alert.Severity).Bind(5, alert.Summary)
            .Bind(6, alert.Runbook).Bind(7, alert.Details).Bind(8, UnixTime.Nanos(alert.OpenedAt)).Bind(9, UnixTime.Nanos(alert.UpdatedAt));
        Bind(raise, 10, firing);
        raise.Run();
        return true;
    }

    public static bool Resolve(Database database, string rule, string subject, DateTimeOffset at, AlertRow? last = null)
    {
        using var resolve = database.Prepare("""
            UPDATE system_alerts SET state = 2, resolved_at = ?, updated_at = ?,
                summary = coalesce(?, summary), details = coalesce(?, details)
            WHERE rule = ? AND subject = ? AND resolved_at IS NULL RETURNING id
            """);
        return resolve.Bind(1, UnixTime.Nanos(at)).Bind(2, UnixTime.Nanos(at)).Bind(3, last?.Summary).Bind(4, last?.Details)
            .Bind(5, rule).Bind(6, subject).StepToEnd();
    }

    public static bool Acknowledge(Database database, string rule, string subject, string by, DateTimeOffset at,
        DateTimeOffset? silenceUntil)
    {
        using var acknowledge = database.Prepare("""
            UPDATE system_alerts SET acknowledged_by = ?, acknowledged_at = ?, silenced_until = coalesce(?, silenced_until)
            WHERE rule = ? AND subject = ? AND resolved_at IS NULL RETURNING id
            """);
        acknowledge.Bind(1, by).Bind(2, UnixTime.Nanos(at)).Bind(4, rule).Bind(5, subject);
        Bind(acknowledge, 3, silenceUntil);
        return acknowledge.StepToEnd();
    }

    public static List<AlertRow> Read(Database database, bool openOnly, int limit)
    {
        using var rows = database.Prepare($"""
            SELECT rule, subject, state, severity, summary, runbook, details, opened_at, updated_at, firing_at, resolved_at,
                acknowledged_by, acknowledged_at, silenced_until
            FROM system_alerts {(openOnly ? "WHERE resolved_at IS NULL" : "")} ORDER BY opened_at DESC, id DESC LIMIT ?
            """);
        rows.Bind(1, (long)limit);
        var alerts = new List<AlertRow>();
        while (rows.Step())
        {
            alerts.Add(new AlertRow
            {
                Rule = rows.Text(0)!,
                Subject = rows.Text(1)!,
                State = (AlertState)rows.Long(2),
                Severity = rows.Text(3)!,
                Summary = rows.Text(4)!,
                Runbook = rows.Text(5),
                Details = rows.Text(6),
                OpenedAt = UnixTime.Time(rows.Long(7)),
                UpdatedAt = UnixTime.Time(rows.Long(8)),
                FiringAt = Time(rows, 9),
                ResolvedAt = Time(rows, 10),
                AcknowledgedBy = rows.Text(11),
                AcknowledgedAt = Time(rows, 12),
                SilencedUntil = Time(rows, 13),
            });
        }

        return alerts;
    }

    private static DateTimeOffset? Time(Statement row, int column) => row.IsNull(column) ? null : UnixTime.Time(row.Long(column));

    private static void Bind(Statement statement, int index, DateTimeOffset? time)
    {
        if (time is { } value)
        {
            statement.Bind(index, UnixTime.Nanos(value));
        }
    }
}
