using Orion.Sink.Metrics;
using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Central;

/// <summary>
/// Removes old rows of the small tables, a few hundred at a time: no delete holds the lock for longer than a few milliseconds. The
/// reporting copy of the journal's facts is not among them: its last row says how far it has been copied.
/// </summary>
/// <remarks>
/// Rows that are dated ahead of the clock come from one that was wrong, and would be everybody's newest for as long. Figures and
/// heartbeats go when they are more than a day ahead. What tells of acts cannot be had again should it be this clock that is wrong: it
/// goes only when it is as many days ahead as it is kept. Those that go are counted.
/// </remarks>
internal static class CentralRetention
{
    /// <summary>How many rows have gone that were dated ahead of the clock.</summary>
    public const string AheadKey = "ahead_removed_rows";

    private const int Rows = 500;

    /// <summary>Takes one step in every table. Whether any of them may have more to remove: then the next step is to come with the next
    /// write, or rows could come faster than they go.</summary>
    public static bool Step(Database database, TelemetrySinkOptions options, long now)
    {
        var before = Changes(database);
        Delete(database, "worker_heartbeats", "id", "time", Before(now, options.HeartbeatDays), newest: false);
        Delete(database, "business_event_logs", "id", "time", Before(now, options.EventDays), newest: false);
        Delete(database, "_orion_events", "id", "time", Before(now, options.EventDays), newest: false);
        Delete(database, "audit_log", "id", "time", Before(now, options.AuditDays), newest: false);
        Delete(database, "system_alerts", "id", "resolved_at", Before(now, options.AuditDays), newest: false);
        DeleteRollups(database, "rollups_minute", Before(now, options.RollupDays));
        DeleteRollups(database, "surfaces_minute", Before(now, options.RollupDays));
        DeleteRollups(database, "rollups_hour", Before(now, options.HourlyRollupDays));
        MetricRollups.Retain(database, Before(now, options.RollupDays), Rows);
        Delete(database, "services", "name", "last_seen", Before(now, options.HeartbeatDays), newest: false);
        Delete(database, "otlp_processes", "id", "last_seen", Before(now, options.RawDays), newest: false);
        Delete(database, "rollup_checks", "rowid", "checked_at", Before(now, options.RollupDays), newest: false);

        var past = Changes(database);
        RemoveAhead(database, options, now);
        var all = Changes(database);
        if (all > past)
        {
            using var note = database.Prepare("""
                INSERT INTO _observability_metadata VALUES (?, ?) ON CONFLICT DO UPDATE SET value = CAST(value + excluded.value AS TEXT)
                """);
            note.Bind(1, AheadKey).Bind(2, $"{all - past}").Run();
        }

        return all - before >= Rows;
    }

    private static void RemoveAhead(Database database, TelemetrySinkOptions options, long now)
    {
        var nextDay = After(now, 1);
        Delete(database, "worker_heartbeats", "id", "time", nextDay, newest: true);
        Delete(database, "services", "name", "last_seen", nextDay, newest: true);
        Delete(database, "otlp_processes", "id", "last_seen", nextDay, newest: true);
        DeleteRollups(database, "rollups_minute", nextDay);
        DeleteRollups(database, "surfaces_minute", nextDay);
        DeleteRollups(database, "rollups_hour", nextDay);
        MetricRollups.Retain(database, nextDay, Rows);
        Delete(database, "rollup_checks", "rowid", "checked_at", nextDay, newest: true);
        Delete(database, "business_event_logs", "id", "time", After(now, options.EventDays), newest: true);
        Delete(database, "_orion_events", "id", "time", After(now, options.EventDays), newest: true);
        Delete(database, "audit_log", "id", "time", After(now, options.AuditDays), newest: true);
        Delete(database, "system_alerts", "id", "resolved_at", After(now, options.AuditDays), newest: true);
    }

    private static string Before(long now, int days) => $"< {now - (days * UnixTime.Day)}";

    private static string After(long now, int days) => $"> {now + (days * UnixTime.Day)}";

    private static long Changes(Database database) => database.QueryLong("SELECT total_changes()");

    private static void Delete(Database database, string table, string key, string time, string range, bool newest) => database.Execute($"""
        DELETE FROM {table} WHERE {key} IN (
            SELECT {key} FROM {table} WHERE {time} {range} ORDER BY {time} {(newest ? "DESC" : "ASC")} LIMIT {Rows})
        """);

    // Rollups lie by series, then time, so each series' oldest and newest are found without a scan.
    private static void DeleteRollups(Database database, string table, string range) => database.Execute($"""
        DELETE FROM {table} WHERE (series, start) IN (SELECT r.series, r.start FROM rollup_series s CROSS JOIN {table} r ON r.series = s.id
            AND r.start {range} LIMIT {Rows})
        """);
}
