using Orion.Sink.Audit;
using Orion.Sink.Central;
using Orion.Sink.Metrics;
using Orion.Sink.Otlp;
using Orion.Sink.Rollups;

namespace Orion.Cli.Tables;

/// <summary>The tables of <c>telemetry.db</c>.</summary>
internal static class CentralTables
{
    private const string TimeRange = "r.time >= {0} AND r.time < {1}";
    private const string StartRange = "r.start >= {0} AND r.start < {1}";

    private static readonly (string Name, string Sql)[] s_time = [("time", "iso(r.time)"), ("time_ns", "r.time")];

    public static ReadableTable[] All { get; } =
    [
        new("worker_heartbeats", "a sign of life of a process", "{0}.worker_heartbeats r",
        [
            .. s_time, .. Same("worker", "service", "host", "pid"), ("interval_s", "r.interval_ns / 1e9"),
            ("age_s", "(ns('now') - r.time) / 1e9"), Time("started_at"),
            .. Same("pool_threads", "pool_queue", "memory_alloc_mb", "memory_committed_mb", "gc_count", "gc_pause_ms", "lag_p50_ms",
                "lag_p99_ms", "lag_max_ms", "utilization"),
        ], TimeRange),
        new("services", "a service that has sent anything", "{0}.services r", [.. Same("name"), Time("last_seen")])
        {
            Since = ServiceTable.Since,
        },
        new("otlp_processes", "a process that sends OTLP", "{0}.otlp_processes r",
        [
            .. Same("sender", "service", "instance", "host"), Time("first_seen"), Time("last_seen"),
            ("age_s", "(ns('now') - r.last_seen) / 1e9"), ("usual_gap_s", "r.usual_gap_ns / 1e9"),
            ("silent", $"ns('now') - r.last_seen > max(3 * r.usual_gap_ns, {OtlpProcess.LeastSilence.Ticks * 100})"),
            .. Same("spans", "metric_points", "log_records"),
        ]) { Since = OtlpProcessTable.Since },
        new("system_alerts", "an alert, open or resolved", "{0}.system_alerts r",
        [
            .. Same("id", "rule", "subject"), ("state", "CASE r.state WHEN 0 THEN 'pending' WHEN 1 THEN 'firing' ELSE 'resolved' END"),
            .. Same("severity", "summary", "runbook", "details"),
            Time("opened_at"), Time("updated_at"), Time("firing_at"), Time("resolved_at"), .. Same("acknowledged_by"),
            Time("acknowledged_at"), Time("silenced_until"),
        ], "r.opened_at < {1} AND coalesce(r.resolved_at, {1}) >= {0}"),
        new("audit_log", "an act that somebody is answerable for", "{0}.audit_log r",
        [
            .. s_time,
            .. Same("id", "component", "action", "status", "user", "tenant", "session", "correlation_id", "trace_id",
                "parameters", "result", "error_code", "error_message"),
            ("duration_ms", "r.duration_ns / 1e6"), .. Same("metadata"),
        ], TimeRange),
        new("business_event_logs", "something that happened in the domain", "{0}.business_event_logs r",
        [
            .. s_time,
            .. Same("id", "type", "service", "entity_type", "entity_id", "user", "tenant", "action", "details", "success",
                "correlation_id", "trace_id"),
        ], TimeRange),
        new("_orion_events", "a product event, for analytics", "{0}._orion_events r",
            [.. s_time, .. Same("id", "name", "user", "tenant", "properties")], TimeRange),
        new("facts", "the reporting copy of a journal fact", "{0}.facts r",
            [.. s_time, .. Same("position", "type", "subject", "tenant_id", "data", "trace_id", "correlation_id")], TimeRange),
        Rollups("rollups_minute", "requests, jobs and spans, by the minute"),
        Rollups("rollups_hour", "the same by the hour"),
        new("surfaces_minute", "all requests or jobs of a surface, by the minute",
            "{0}.surfaces_minute r JOIN {0}.rollup_series s ON s.id = r.series",
            [
                ("time", "iso(r.start)"), ("time_ns", "r.start"), ("process", "s.process"), ("surface", "s.surface"),
                .. Same("count", "errors"), ("p95_ms", "r.p95_ns / 1e6"),
            ], StartRange) { Since = SurfaceMinutes.Since },
        Slos("slos_minute", "rollups_minute", "good and total of an objective, by the minute"),
        Slos("slos_hour", "rollups_hour", "the same by the hour"),
        new("metric_rollups_minute", "a metric's series, by the minute",
            "{0}.metric_rollups_minute r JOIN {0}.metric_rollup_series s ON s.id = r.series",
            [("time", "iso(r.start)"), ("time_ns", "r.start"), .. MetricColumns.Of("s"),
                .. Same("points", "count", "sum", "min", "max", "last", "p95", "distribution")],
            StartRange),
        new("metrics_metadata", "what is known of a metric", "{0}.metrics_metadata r",
            [.. Same("name", "unit"), ("kind", "CASE r.kind WHEN 0 THEN 'gauge' WHEN 1 THEN 'counter' ELSE 'histogram' END"),
                .. Same("description"), Time("first_seen")]),
        new("loss_account", "what became of a stream's rows, for each run of a process", "{0}.loss_account r",
            [.. Same("process", "run", "stream", "produced", "stored", "sampled_out", "dropped", "buffered"), Time("updated"),
                .. Same("ended")]),
        new("loss_drops", "the dropped rows by reason and tenant", "{0}.loss_drops r",
            Same("process", "run", "stream", "reason", "tenant", "rows")),
        new("rollup_checks", "a comparison of rollups with their raw rows", "{0}.rollup_checks r",
            [Time("checked_at"), .. Same("process"), Time("start"), .. Same("minutes", "series", "differences", "repaired")]),
        new("_observability_metadata", "the file's own facts", "{0}._observability_metadata r", Same("key", "value")),
    ];

    /// <summary>The same over a file of an earlier version: what it does not have is NULL.</summary>
    public static IEnumerable<ReadableTable> Of(long version) => All.Select(table => table.Name switch
    {
        "worker_heartbeats" when version < HeartbeatTable.LagAndUseSince => Without(table, "lag_p50_ms", "utilization"),
        "audit_log" when version < AuditTable.ActionSince => table with
        {
            Columns = [.. table.Columns.Select(c => c.Name == "action" ? (c.Name, "r.operation") : c)],
        },
        "metric_rollups_minute" when version < MetricRollups.DistributionsSince =>
            Without(table, ["p95", "distribution", "unit", "kind", .. MetricColumns.Later]),
        "metric_rollups_minute" when version < MetricRollups.IdentitySince => Without(table, ["unit", "kind", .. MetricColumns.Later]),
        _ => table,
    });

    private static ReadableTable Without(ReadableTable table, params string[] columns) =>
        table with { Columns = [.. table.Columns.Select(c => columns.Contains(c.Name) ? (c.Name, "NULL") : c)] };

    private static ReadableTable Rollups(string name, string about) => new(
        name, about, $$"""{0}.{{name}} r JOIN {0}.rollup_series s ON s.id = r.series AND s.kind < 4""",
    [
        ("time", "iso(r.start)"), ("time_ns", "r.start"), ("process", "s.process"),
        ("about", "CASE s.kind WHEN 0 THEN 'service' WHEN 1 THEN 'surface' WHEN 2 THEN 'route' ELSE 'span' END"),
        ("service", "s.service"), ("surface", "s.surface"), ("name", "s.name"), ("class", "s.class"), .. Same("count", "errors"),
        ("sum_ms", "r.sum_ns / 1e6"),
        ("p95_ms", "r.p95_ns / 1e6"), .. Same("durations"),
    ], StartRange);

    private static ReadableTable Slos(string name, string table, string about) => new(
        name, about, $$"""{0}.{{table}} r JOIN {0}.rollup_series s ON s.id = r.series AND s.kind = 4""",
    [
        ("time", "iso(r.start)"), ("time_ns", "r.start"), ("process", "s.process"), ("slo", "s.name"), ("surface", "s.surface"),
        ("definition", "rtrim(s.class, '~')"),
        ("good", "r.count - r.errors"), ("total", "r.count"),
    ], StartRange);

    private static (string Name, string Sql)[] Same(params string[] columns) => Array.ConvertAll(columns, c => (c, $"r.{c}"));

    private static (string Name, string Sql) Time(string column) => (column, $"iso(r.{column})");
}
