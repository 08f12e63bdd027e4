namespace OrionPlatform.Sink;

/// <summary>
/// Removes old rows of the small tables, a few hundred at a time: no delete holds the lock for longer than a few milliseconds. The reporting copy of
/// the journal's facts is not among them: its last row says how far it has been copied.
/// </summary>
internal static class CentralRetention
{
    private const int Rows = 500;

    /// <summary>Takes one step in every table. Whether any of them may have more to remove: then the next step is to come with the next write, or rows could come faster than they go.</summary>
    public static bool Step(Database database, TelemetrySinkOptions options, long now)
    {
        var before = database.QueryLong("SELECT total_changes()");
        Delete(database, "worker_heartbeats", "id", "time", now, options.HeartbeatDays);
        Delete(database, "business_event_logs", "id", "time", now, options.EventDays);
        Delete(database, "_orion_events", "id", "time", now, options.EventDays);
        Delete(database, "audit_log", "id", "time", now, options.AuditDays);
        Delete(database, "system_alerts", "id", "resolved_at", now, options.AuditDays);
        DeleteRollups(database, "rollups_minute", "rollup_series", now, options.RollupDays);
        DeleteRollups(database, "surfaces_minute", "rollup_series", now, options.RollupDays);
        DeleteRollups(database, "rollups_hour", "rollup_series", now, options.HourlyRollupDays);
        MetricRollups.Retain(database, now - (options.RollupDays * UnixTime.Day), Rows);
        Delete(database, "rollup_checks", "rowid", "checked_at", now, options.RollupDays);
        return database.QueryLong("SELECT total_changes()") - before >= Rows;
    }

    private static void Delete(Database database, string table, string key, string time, long now, int days) =>
        database.Execute($"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {time} < {now - (days * UnixTime.Day)} ORDER BY {time} LIMIT {Rows})");

    // Rollups lie by series, then time, so each series' oldest are found without a scan.
    private static void DeleteRollups(Database database, string table, string seriesTable, long now, int days) => database.Execute($"""
        DELETE FROM {table} WHERE (series, start) IN (SELECT r.series, r.start FROM {seriesTable} s CROSS JOIN {table} r ON r.series = s.id
            AND r.start < {now - (days * UnixTime.Day)} LIMIT {Rows})
        """);
}
