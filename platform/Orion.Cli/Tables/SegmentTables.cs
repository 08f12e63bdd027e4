using Orion.Sink.Segments;

namespace Orion.Cli.Tables;

/// <summary>The day segments' tables, all attached segments together.</summary>
internal static class SegmentTables
{
    // A key is its row's time, moved on by the skew where several rows have the same one; both conditions, so that the key finds the place.
    private const string KeyRange = "r.id >= {0} AND r.id - r.skew >= {0} AND r.id - r.skew < {1}";

    private static readonly (string Name, string Sql)[] s_time =
        [("process", "'{1}'"), ("time", "iso(r.id - r.skew)"), ("time_ns", "r.id - r.skew")];

    private static readonly (string Name, string Sql)[] s_span =
    [
        .. s_time, ("duration_ms", "r.duration / 1e6"), ("trace_id", "hex_id(r.trace_hi, r.trace_lo)"), ("span_id", "hex_id(r.span_id)"),
        ("parent_id", "hex_id(r.parent_id)"),
        Text("service"), Text("name"),
        ("kind", "CASE r.kind WHEN 1 THEN 'server' WHEN 2 THEN 'client' WHEN 3 THEN 'producer' WHEN 4 THEN 'consumer' ELSE 'internal' END"),
        ("status", "CASE r.status WHEN 0 THEN 'unset' WHEN 1 THEN 'ok' ELSE 'error' END"), ("status_message", "r.status_message"),
        Text("error_type"), Text("tenant"), s_attributes,
        ("trace_hi", "r.trace_hi"),
    ];

    private static readonly (string Name, string Sql)[] s_sources =
    [
        .. s_scope, Text("trace_state"), ("dropped_attributes_count", DroppedParts.Sql("r.dropped").Attributes),
        ("dropped_events_count", DroppedParts.Sql("r.dropped").Events),
        ("dropped_links_count", DroppedParts.Sql("r.dropped").Links),
    ];

    private static (string Name, string Sql)[] s_scope =>
    [
        ("resource", "(SELECT attributes FROM {0}.resources WHERE id = r.resource)"),
        ("sender", "(SELECT nullif(sender, '') FROM {0}.resources WHERE id = r.resource)"),
        ("scope", "(SELECT name FROM {0}.scopes WHERE id = r.scope)"),
        ("scope_version", "(SELECT nullif(version, '') FROM {0}.scopes WHERE id = r.scope)"),
        ("scope_attributes", "(SELECT attributes FROM {0}.scopes WHERE id = r.scope)"),
    ];

    private static (string Name, string Sql) s_attributes =>
        ("attributes", "attributes((SELECT keys FROM {0}.shapes WHERE id = r.shape), json(r.attributes))");

    public static ReadableTable[] All { get; } =
    [
        new("canonical_lines", "a request or a job: its one wide event, which is also its root span", "{0}.canonical_lines r",
        [
            .. s_span, ("line_kind", "CASE r.line_kind WHEN 1 THEN 'job' WHEN 2 THEN 'operation' ELSE 'request' END"), Text("surface"),
            Text("method"), Text("route"), ("status_code", "r.status_code"),
            Text("outcome"), Text("error_code"),
            ("correlation_id", "CASE r.correlation_id WHEN '' THEN hex_id(r.trace_hi, r.trace_lo) ELSE r.correlation_id END"), Text("user"),
            .. s_sources,
        ], KeyRange),
        new("spans", "an operation within a request or a job", "{0}.spans r", [.. s_span, .. s_sources], KeyRange),
        new("span_links", "what a span was caused by", "{0}.span_links r",
        [
            ("process", "'{1}'"), ("trace_id", "hex_id(r.trace_hi, r.trace_lo)"), ("span_id", "hex_id(r.span_id)"),
            ("linked_trace_id", "hex_id(r.linked_hi, r.linked_lo)"), ("linked_span_id", "hex_id(r.linked_span_id)"),
            Text("trace_state"), s_attributes, s_dropped,
        ]),
        new("span_events", "something at one moment of a span, for example an exception", "{0}.span_events r",
        [
            ("process", "'{1}'"), ("time", "iso(r.time)"), ("time_ns", "r.time"), ("trace_id", "hex_id(r.trace_hi, r.trace_lo)"),
            ("span_id", "hex_id(r.span_id)"), Text("name"), s_attributes,
            s_dropped,
        ], "r.time >= {0} AND r.time < {1}"),
        new("logs", "a log record", "{0}.logs r",
        [
            .. s_time,
            ("level",
                "CASE r.level WHEN 0 THEN 'trace' WHEN 1 THEN 'debug' WHEN 2 THEN 'info' "
                + "WHEN 3 THEN 'warn' WHEN 4 THEN 'error' ELSE 'critical' END"),
            ("level_number", "r.level"),
            Text("service"), Text("category"), ("message", "r.message"), Text("template"), ("exception", "r.exception"),
            ("trace_id", "hex_id(r.trace_hi, r.trace_lo)"),
            ("span_id", "hex_id(r.span_id)"), ("correlation_id", "r.correlation_id"), Text("tenant"), s_attributes,
            ("trace_hi", "r.trace_hi"), Text("severity_text"), .. s_scope, s_dropped,
        ], KeyRange),
        new("metrics_timeseries", "a point of a metric", "{0}.metrics_timeseries r JOIN {0}.metric_series m ON m.id = r.series",
        [
            .. s_time, .. MetricColumns.Of("m"), ("value", "r.value"), ("count", "r.count"), ("min", "r.min"), ("max", "r.max"),
            ("bounds", "r.bounds"), ("buckets", "r.buckets"),
        ], KeyRange),
        new("stored_rows", "rows a run of a process stored in a segment", "{0}.stored_rows r",
            [("process", "'{1}'"), ("run", "r.run"), ("stream", "r.stream"), ("rows", "r.rows")]),
    ];

    /// <summary>The same over a segment of an earlier version: what it does not have is NULL.</summary>
    public static IEnumerable<(string Name, string Sql)> Of(ReadableTable table, long version) =>
        table.Columns.Select(c => IsMissing(table.Name, c.Name, version) ? (c.Name, "NULL") : c);

    private static bool IsMissing(string table, string column, long version) => table == "metrics_timeseries"
        ? version < SegmentSchema.MetricSourcesSince && MetricColumns.Later.Contains(column)
        : version < SegmentSchema.SourcesSince
            && (s_sources.Any(s => s.Name == column)
                || column is "severity_text" or "dropped_attributes_count"
                || (table == "span_links" && column is "trace_state" or "attributes"));

    private static (string Name, string Sql) s_dropped => ("dropped_attributes_count", "coalesce(r.dropped, 0)");

    private static (string Name, string Sql) Text(string column) =>
        (column, $$"""(SELECT value FROM {0}.strings WHERE id = r.{{column}})""");
}

/// <summary>What tells a metric's series apart, in day segments and in <c>telemetry.db</c>.</summary>
internal static class MetricColumns
{
    /// <summary>Those that a file of an earlier version has not.</summary>
    public static string[] Later { get; } = ["temporality", "monotonic", "resource", "scope", "scope_version", "scope_attributes"];

    public static (string Name, string Sql)[] Of(string series) =>
    [
        ("name", $"{series}.name"), ("service", $"{series}.service"), ("labels", $"{series}.labels"), ("unit", $"{series}.unit"),
        ("kind", $"CASE {series}.kind WHEN 0 THEN 'gauge' WHEN 1 THEN 'counter' ELSE 'histogram' END"),
        ("temporality", $"CASE {series}.temporality WHEN 1 THEN 'delta' WHEN 2 THEN 'cumulative' END"),
        ("monotonic", $"CASE WHEN {series}.temporality > 0 AND {series}.kind < 2 THEN {series}.monotonic END"),
        ("resource", $$"""(SELECT attributes FROM {0}.resources WHERE id = {{series}}.resource)"""),
        Scope(series, "scope", "name"), Scope(series, "scope_version", "version"),
        Scope(series, "scope_attributes", "attributes"),
    ];

    private static (string Name, string Sql) Scope(string series, string name, string column) =>
        (name, $$"""(SELECT nullif({{column}}, '') FROM {0}.scopes WHERE id = {{series}}.scope)""");
}

/// <summary>Further faces of the same rows, by the names the segments' own views have.</summary>
internal static class DerivedTables
{
    private const string Shared =
        "process, time, time_ns, duration_ms, trace_id, span_id, parent_id, service, name, kind, "
        + "status, status_message, error_type, tenant, attributes, trace_hi, "
        + "resource, sender, scope, scope_version, scope_attributes, trace_state, "
        + "dropped_attributes_count, dropped_events_count, dropped_links_count";

    public static (string Name, string About, string Select)[] All { get; } =
    [
        ("all_spans", "spans and root spans together",
            $"SELECT {Shared}, 0 AS is_root FROM spans UNION ALL SELECT {Shared}, 1 FROM canonical_lines"),
        ("http_request_logs", "the canonical lines that are requests", "SELECT * FROM canonical_lines WHERE line_kind = 'request'"),
        ("log_records", "another name of logs", "SELECT * FROM logs"),
        ("causes", "another face of span_links",
            "SELECT trace_id, span_id, linked_trace_id AS cause_trace_id, linked_span_id AS cause_span_id FROM span_links"),
    ];
}
