using Orion.Sink.Metrics;
using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Segments;

/// <summary>Tables and views of a day segment; docs/telemetry.md describes them for people.</summary>
internal static class SegmentSchema
{
    public const string LinesByRoute = "canonical_lines_route";
    public const string LinesByTenant = "canonical_lines_tenant";
    public const string LinesByService = "canonical_lines_service";
    public const string FailedLines = "canonical_lines_failed";
    public const string SlowLines = "canonical_lines_slow";
    public const string LinesByResource = "canonical_lines_resource";
    public const string LogsByResource = "logs_resource";
    public const string LogsByTrace = "logs_trace";
    public const string LogsByService = "logs_service";
    public const string LogsByTenant = "logs_tenant";
    public const string LogsOfWarning = "logs_warning";
    public const string LogsOfError = "logs_error";
    public const string LogsOfCritical = "logs_critical";

    /// <summary>Lines that take this long are in <see cref="SlowLines"/>.</summary>
    public const long SlowNanos = UnixTime.Second;

    /// <summary>A reader opens every version; only a process that writes to its own file of the day brings that forward.</summary>
    public static readonly SchemaVersions Versions = new(First, Second, Third, Fourth, Fifth(), MetricWriter.Identity);

    /// <summary>The version from which rows refer to their resource and scope.</summary>
    public const int SourcesSince = 5;

    /// <summary>The version from which series of metrics are told apart by them too.</summary>
    public const int MetricSourcesSince = 6;

    /// <summary>Number of the resource that a new segment begins with: its process's own, which nearly every row has.</summary>
    public const long FirstResource = 1;

    /// <summary>
    /// Number of the text that a new segment begins with: its process's name, which is that of its service, and nearly every row's.
    /// </summary>
    public const long FirstText = 1;

    private const string SpanColumns = """
        id INTEGER PRIMARY KEY, skew INTEGER NOT NULL, trace_hi INTEGER NOT NULL, trace_lo INTEGER NOT NULL, span_id INTEGER NOT NULL,
        parent_id INTEGER, service, name, kind INTEGER NOT NULL, duration INTEGER NOT NULL, status INTEGER NOT NULL, status_message,
        error_type, tenant, shape INTEGER, attributes
        """;

    private const string SpanView = """
        strftime('%Y-%m-%dT%H:%M:%fZ', (s.id - s.skew) / 1e9, 'unixepoch') AS time, s.duration / 1e6 AS duration_ms,
        printf('%016x%016x', s.trace_hi, s.trace_lo) AS trace_id, printf('%016x', s.span_id) AS span_id,
        CASE WHEN s.parent_id IS NULL THEN NULL ELSE printf('%016x', s.parent_id) END AS parent_id,
        (SELECT value FROM strings WHERE id = s.service) AS service, (SELECT value FROM strings WHERE id = s.name) AS name, s.kind,
        CASE s.status WHEN 0 THEN 'unset' WHEN 1 THEN 'ok' ELSE 'error' END AS status, s.status_message,
        (SELECT value FROM strings WHERE id = s.error_type) AS error_type, (SELECT value FROM strings WHERE id = s.tenant) AS tenant,
        (SELECT json_group_object(k.value, json(CASE v.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'
               WHEN 'array' THEN v.value WHEN 'object' THEN v.value ELSE json_quote(v.value) END))
           FROM shapes h, json_each(h.keys) k JOIN json_each(s.attributes) v ON v.key = k.key WHERE h.id = s.shape) AS attributes
        """;

    private const string First = $"""
        CREATE TABLE strings (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE);
        CREATE TABLE shapes (id INTEGER PRIMARY KEY, keys TEXT NOT NULL UNIQUE);
        CREATE TABLE stored_rows (run TEXT NOT NULL, stream TEXT NOT NULL, rows INTEGER NOT NULL, PRIMARY KEY (run, stream)) WITHOUT ROWID;

        CREATE TABLE canonical_lines ({SpanColumns}, line_kind INTEGER NOT NULL, surface, method, route, status_code INTEGER, outcome,
            error_code, correlation_id TEXT, user);
        CREATE INDEX canonical_lines_trace ON canonical_lines (trace_hi);
        CREATE INDEX canonical_lines_tenant ON canonical_lines (tenant) WHERE tenant IS NOT NULL;
        CREATE INDEX canonical_lines_failed ON canonical_lines (status) WHERE status = 2;

        CREATE TABLE spans ({SpanColumns});
        {TraceRuns.Sql}

        CREATE TABLE span_links (id INTEGER PRIMARY KEY, trace_hi INTEGER NOT NULL, trace_lo INTEGER NOT NULL, span_id INTEGER NOT NULL,
            linked_hi INTEGER NOT NULL, linked_lo INTEGER NOT NULL, linked_span_id INTEGER NOT NULL);
        CREATE INDEX span_links_trace ON span_links (trace_hi);
        CREATE INDEX span_links_linked ON span_links (linked_hi);

        CREATE TABLE span_events (id INTEGER PRIMARY KEY, trace_hi INTEGER NOT NULL, trace_lo INTEGER NOT NULL, span_id INTEGER NOT NULL,
            time INTEGER NOT NULL, name, shape INTEGER, attributes);
        CREATE INDEX span_events_trace ON span_events (trace_hi);

        CREATE TABLE logs (id INTEGER PRIMARY KEY, skew INTEGER NOT NULL, level INTEGER NOT NULL, service, category, message TEXT NOT NULL,
            template, exception TEXT, trace_hi INTEGER, trace_lo INTEGER, span_id INTEGER, correlation_id TEXT, tenant, shape INTEGER,
            attributes);
        CREATE INDEX logs_trace ON logs (trace_hi) WHERE trace_hi IS NOT NULL;

        {MetricWriter.Sql}

        CREATE VIEW all_spans AS
            SELECT {SpanView}, 0 AS is_root FROM spans s UNION ALL SELECT {SpanView}, 1 FROM canonical_lines s;
        CREATE VIEW http_request_logs AS
            SELECT {SpanView}, (SELECT value FROM strings WHERE id = s.method) AS method,
                (SELECT value FROM strings WHERE id = s.route) AS route, s.status_code,
                (SELECT value FROM strings WHERE id = s.outcome) AS outcome, (SELECT value FROM strings WHERE id = s.surface) AS surface,
                (SELECT value FROM strings WHERE id = s.error_code) AS error_code, s.correlation_id,
                (SELECT value FROM strings WHERE id = s.user) AS user
            FROM canonical_lines s WHERE s.line_kind = 0;
        CREATE VIEW log_records AS
            SELECT strftime('%Y-%m-%dT%H:%M:%fZ', (l.id - l.skew) / 1e9, 'unixepoch') AS time,
                CASE l.level WHEN 0 THEN 'trace' WHEN 1 THEN 'debug' WHEN 2 THEN 'info'
                    WHEN 3 THEN 'warn' WHEN 4 THEN 'error' ELSE 'critical' END AS level,
                (SELECT value FROM strings WHERE id = l.service) AS service, (SELECT value FROM strings WHERE id = l.category) AS category,
                l.message, l.exception,
                CASE WHEN l.trace_hi IS NULL THEN NULL ELSE printf('%016x%016x', l.trace_hi, l.trace_lo) END AS trace_id, l.correlation_id,
                (SELECT value FROM strings WHERE id = l.tenant) AS tenant
            FROM logs l;
        CREATE VIEW causes AS
            SELECT printf('%016x%016x', trace_hi, trace_lo) AS trace_id, printf('%016x', span_id) AS span_id,
                printf('%016x%016x', linked_hi, linked_lo) AS cause_trace_id, printf('%016x', linked_span_id) AS cause_span_id
            FROM span_links;
        """;

    // What is rare in a day is found without a walk through it. The partial indexes hold next to nothing.
    private const string Second = """
        CREATE INDEX canonical_lines_route ON canonical_lines (route);
        CREATE INDEX canonical_lines_service ON canonical_lines (service);
        CREATE INDEX canonical_lines_slow ON canonical_lines (id) WHERE duration >= 1000000000;
        CREATE INDEX logs_service ON logs (service);
        CREATE INDEX logs_tenant ON logs (tenant) WHERE tenant IS NOT NULL;
        CREATE INDEX logs_warning ON logs (id) WHERE level >= 3;
        CREATE INDEX logs_error ON logs (id) WHERE level >= 4;
        CREATE INDEX logs_critical ON logs (id) WHERE level >= 5;
        """;

    // The service that nearly every row has needs no index to be found, and to keep it in one costs a fifth of a line's way into the file.
    private const string Third = $"""
        DROP INDEX canonical_lines_service;
        CREATE INDEX canonical_lines_service ON canonical_lines (service) WHERE service <> 1;
        DROP VIEW http_request_logs;
        CREATE VIEW http_request_logs AS
            SELECT {SpanView}, (SELECT value FROM strings WHERE id = s.method) AS method,
                (SELECT value FROM strings WHERE id = s.route) AS route, s.status_code,
                (SELECT value FROM strings WHERE id = s.outcome) AS outcome, (SELECT value FROM strings WHERE id = s.surface) AS surface,
                (SELECT value FROM strings WHERE id = s.error_code) AS error_code,
                CASE s.correlation_id WHEN '' THEN printf('%016x%016x', s.trace_hi, s.trace_lo) ELSE s.correlation_id END AS correlation_id,
                (SELECT value FROM strings WHERE id = s.user) AS user
            FROM canonical_lines s WHERE s.line_kind = 0;
        """;

    // Values of attributes are JSONB from then on (before, JSON text), which a program of an earlier version would misread. Both may be in
    // one file.
    private const string Fourth = "";

    // Where rows come from: resource and scope, a row each. What is rare for a span (trace state, what was left out of it) takes a byte of
    // one that has none.
    private static string Fifth() => $"""
        {SourceTable.Sql}
        {SpanSources("canonical_lines")}
        {SpanSources("spans")}
        ALTER TABLE logs ADD COLUMN resource INTEGER;
        ALTER TABLE logs ADD COLUMN scope INTEGER;
        ALTER TABLE logs ADD COLUMN severity_text;
        ALTER TABLE logs ADD COLUMN dropped INTEGER;
        ALTER TABLE span_links ADD COLUMN trace_state;
        ALTER TABLE span_links ADD COLUMN shape INTEGER;
        ALTER TABLE span_links ADD COLUMN attributes;
        ALTER TABLE span_links ADD COLUMN dropped INTEGER;
        ALTER TABLE span_events ADD COLUMN dropped INTEGER;
        CREATE INDEX canonical_lines_resource ON canonical_lines (resource) WHERE resource <> 1;
        CREATE INDEX logs_resource ON logs (resource) WHERE resource <> 1;

        DROP VIEW all_spans;
        DROP VIEW http_request_logs;
        DROP VIEW log_records;
        CREATE VIEW all_spans AS
            SELECT {SpanView}, {SourceView}, 0 AS is_root FROM spans s UNION ALL SELECT {SpanView}, {SourceView}, 1 FROM canonical_lines s;
        CREATE VIEW http_request_logs AS
            SELECT {SpanView}, (SELECT value FROM strings WHERE id = s.method) AS method,
                (SELECT value FROM strings WHERE id = s.route) AS route, s.status_code,
                (SELECT value FROM strings WHERE id = s.outcome) AS outcome, (SELECT value FROM strings WHERE id = s.surface) AS surface,
                (SELECT value FROM strings WHERE id = s.error_code) AS error_code,
                CASE s.correlation_id WHEN '' THEN printf('%016x%016x', s.trace_hi, s.trace_lo) ELSE s.correlation_id END AS correlation_id,
                (SELECT value FROM strings WHERE id = s.user) AS user, {SourceView}
            FROM canonical_lines s WHERE s.line_kind = 0;
        CREATE VIEW log_records AS
            SELECT strftime('%Y-%m-%dT%H:%M:%fZ', (l.id - l.skew) / 1e9, 'unixepoch') AS time,
                CASE l.level WHEN 0 THEN 'trace' WHEN 1 THEN 'debug' WHEN 2 THEN 'info'
                    WHEN 3 THEN 'warn' WHEN 4 THEN 'error' ELSE 'critical' END AS level,
                (SELECT value FROM strings WHERE id = l.service) AS service, (SELECT value FROM strings WHERE id = l.category) AS category,
                l.message, l.exception,
                CASE WHEN l.trace_hi IS NULL THEN NULL ELSE printf('%016x%016x', l.trace_hi, l.trace_lo) END AS trace_id, l.correlation_id,
                (SELECT value FROM strings WHERE id = l.tenant) AS tenant,
                (SELECT value FROM strings WHERE id = l.severity_text) AS severity_text,
                (SELECT attributes FROM resources WHERE id = l.resource) AS resource
            FROM logs l;
        """;

    private const string SourceView = """
        (SELECT attributes FROM resources WHERE id = s.resource) AS resource, (SELECT name FROM scopes WHERE id = s.scope) AS scope,
        (SELECT value FROM strings WHERE id = s.trace_state) AS trace_state
        """;

    private static string SpanSources(string table) => $"""
        ALTER TABLE {table} ADD COLUMN resource INTEGER;
        ALTER TABLE {table} ADD COLUMN scope INTEGER;
        ALTER TABLE {table} ADD COLUMN trace_state;
        ALTER TABLE {table} ADD COLUMN dropped INTEGER;
        """;
}
